/**
 * What tests of several modules share: the shipped runtime as a process, a client that speaks in
 * bytes, and the statements of the MQTT standards with the report that says which test proves
 * which.
 */
package io.fluxmqtt.itests.kit;
