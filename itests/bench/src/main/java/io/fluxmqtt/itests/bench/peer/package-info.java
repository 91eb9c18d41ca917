/** Brokers as processes on pinned cores, each with its limits removed. */
package io.fluxmqtt.itests.bench.peer;
