package io.fluxmqtt.api.spi.access;

import org.jspecify.annotations.Nullable;

/**
 * A decision and why it fell so, for an operator.
 *
 * @param rule what decided, such as the text of a rule and the configuration that holds it; null if
 *     nothing did or it cannot be told. Shown to operators only; it must hold no secret.
 */
public record Ruling(Decision decision, @Nullable String rule) {}
