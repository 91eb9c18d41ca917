/** The statements of MQTT 5.0, a class for each chapter. */
package io.fluxmqtt.itests.conformance.v5;
