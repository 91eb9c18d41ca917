/** Codec and listeners on Netty: bytes of clients become packets of the session manager. */
@org.jspecify.annotations.NullMarked
package io.fluxmqtt.transport;
