package io.fluxmqtt.api.admin;

import org.jspecify.annotations.Nullable;

/**
 * What policy says of one access, and why.
 *
 * @param allowed whether the client may do it; false also where nobody can tell
 * @param authorizer the name of the authorizer that decided, or failed to; null if none did
 * @param bundle the symbolic name of its bundle; null with it
 * @param rule what decided, as the authorizer says; null if it does not
 * @param text all of that in a sentence
 * @param epoch the number of the policy that was asked
 */
public record AccessRuling(
    boolean allowed,
    @Nullable String authorizer,
    @Nullable String bundle,
    @Nullable String rule,
    String text,
    long epoch) {}
