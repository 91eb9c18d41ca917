package io.fluxmqtt.api.admin;

import org.jspecify.annotations.Nullable;

/**
 * A service that the access policy names, as it stands.
 *
 * @param role {@code authenticator}, {@code enhanced authenticator} or {@code authorizer}
 * @param name the name by which the policy asks for it
 * @param bundle the symbolic name of the bundle that serves it, or did last; null if nobody ever
 *     has
 * @param state how it serves
 * @param problem what is wrong and what to do, in a line, or null
 */
public record PluginInfo(
    String role, String name, @Nullable String bundle, State state, @Nullable String problem) {
  /** How a service serves. */
  public enum State {
    /** It answers. */
    SERVING,
    /** It is away, and what needs it waits for the policy's grace. */
    AWAITED,
    /** It answers, but slowly, or some of its calls do not return. */
    SLOW,
    /** It is there and fails; what needs it is refused. */
    FAILING,
    /** It is away; what needs it is refused. */
    MISSING
  }
}
