/** MQTT 3.1.1, a class for each chapter. */
package io.fluxmqtt.itests.conformance.v311;
