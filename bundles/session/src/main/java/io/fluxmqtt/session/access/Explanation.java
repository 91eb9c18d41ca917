package io.fluxmqtt.session.access;

import org.jspecify.annotations.Nullable;

/**
 * What policy says of one access, and why, for an operator.
 *
 * @param authorizer the name of the authorizer that decided, or failed to; null if none did
 * @param bundle the symbolic name of its bundle; null with it
 * @param rule what decided, as the authorizer says; null if it does not
 * @param text all of that in a sentence; holds nothing that the client sent
 * @param epoch the number of the policy that was asked
 */
public record Explanation(
    Verdict verdict,
    @Nullable String authorizer,
    @Nullable String bundle,
    @Nullable String rule,
    String text,
    long epoch) {}
