package io.fluxmqtt.session.routing;

/**
 * A subscriber of one filter with what it was granted there.
 *
 * @param subscriber the subscriber; its identity counts, not its {@code equals}
 */
public record Member<S>(S subscriber, Grant grant) {}
