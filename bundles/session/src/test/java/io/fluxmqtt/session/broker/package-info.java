/**
 * The session manager, driven by hand: loops, clock, store and connections are all under control.
 */
@org.jspecify.annotations.NullMarked
package io.fluxmqtt.session.broker;
