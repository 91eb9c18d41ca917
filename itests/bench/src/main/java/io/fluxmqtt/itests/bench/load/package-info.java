/**
 * The load generator: MQTT 3.1.1 in frames that are prepared before the measurement, on NIO, with
 * one thread for each core it may use. Every message carries its flow and number, so that what is
 * lost, doubled or out of order is counted.
 */
package io.fluxmqtt.itests.bench.load;
