/**
 * The statements of the MQTT standards, each proven on a socket of the shipped broker, and the
 * report over all modules. A package for each version, a class for each chapter.
 */
package io.fluxmqtt.itests.conformance;
