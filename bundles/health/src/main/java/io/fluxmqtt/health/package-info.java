/** Can we serve? Felix Health Checks over what the broker and its store tell of themselves. */
@org.jspecify.annotations.NullMarked
package io.fluxmqtt.health;
