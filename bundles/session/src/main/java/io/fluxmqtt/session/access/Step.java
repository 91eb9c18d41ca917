package io.fluxmqtt.session.access;

/**
 * What one plug-in's answer means for a walk along the policy.
 *
 * @param <R> the walk's result
 */
sealed interface Step<R> {
  /** It decides; nobody else is asked. */
  record Done<R>(R result) implements Step<R> {}

  /** It abstains; the next is asked. */
  record Next<R>() implements Step<R> {}

  /** It has not answered yet. */
  record Pending<R>() implements Step<R> {}
}
