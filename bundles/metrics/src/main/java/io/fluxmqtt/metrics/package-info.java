/**
 * The figures of the broker in the formats of Prometheus. They are read when somebody asks; nothing
 * is counted here. {@link io.fluxmqtt.metrics.BrokerCollector} and {@link
 * io.fluxmqtt.metrics.StoreCollector} hold the names of all metrics.
 */
@org.jspecify.annotations.NullMarked
package io.fluxmqtt.metrics;
