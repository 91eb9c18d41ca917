package io.fluxmqtt.api.admin;

import org.jspecify.annotations.Nullable;

/**
 * Why changes cannot be made.
 *
 * @param pid the configuration
 * @param key the key, or null if it is not one alone
 * @param text the value, what is wrong with it, and what to do; no secret
 */
public record ConfigurationProblem(String pid, @Nullable String key, String text) {}
