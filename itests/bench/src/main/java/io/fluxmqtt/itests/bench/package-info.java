/** Measures brokers beside each other on the same cores; see README.md. */
package io.fluxmqtt.itests.bench;
