package io.fluxmqtt.session.routing;

import org.jspecify.annotations.Nullable;

/**
 * The children of a node whose levels are names, not wildcards. A single child, of which long
 * filters have many, is its own set.
 *
 * <p>Read without a lock; changed under the lock of the node.
 */
sealed interface NamedChildren<S> permits FilterNode, ManyChildren {
  /** The child of a level, whose hash is given. */
  @Nullable FilterNode<S> find(String text, int from, int end, int hash);

  /** The children with one that is not here. */
  NamedChildren<S> with(FilterNode<S> child);

  /** The children without one that is here; null if that was the last. */
  @Nullable NamedChildren<S> without(FilterNode<S> child);

  /** How many nodes there are from the children down. */
  int count();
}
