/** The optional parts of MQTT and the limits that a listener sets, byte by byte on a socket. */
package io.fluxmqtt.itests.conformance.options;
