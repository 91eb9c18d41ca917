/** Describes, checks and changes the configuration of the broker's bundles as a whole. */
@org.jspecify.annotations.NullMarked
package io.fluxmqtt.config;
