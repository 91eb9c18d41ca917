/** Accepts clients that show no credential. */
@org.jspecify.annotations.NullMarked
package io.fluxmqtt.auth.anonymous;
