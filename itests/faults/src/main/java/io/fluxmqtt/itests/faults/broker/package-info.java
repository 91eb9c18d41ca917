/** The brokers that are killed: ours, and one that is known to lose. */
package io.fluxmqtt.itests.faults.broker;
