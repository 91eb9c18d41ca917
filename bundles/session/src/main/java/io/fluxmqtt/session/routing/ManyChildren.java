package io.fluxmqtt.session.routing;

import org.jspecify.annotations.Nullable;

/** More than one child, hashed by level. */
final class ManyChildren<S> extends HashSlots<FilterNode<S>> implements NamedChildren<S> {
  ManyChildren(FilterNode<S> first) {
    insert(first);
  }

  @Override
  int hash(FilterNode<S> child) {
    return child.hash();
  }

  @Override
  @SuppressWarnings("unchecked") // what is not GONE is a child
  public @Nullable FilterNode<S> find(String text, int from, int end, int hash) {
    @Nullable Object[] slots = slots();
    int mask = slots.length - 1;
    for (int index = hash & mask; ; index = (index + 1) & mask) {
      Object found = read(slots, index);
      if (found == null) {
        return null;
      }
      if (found != GONE && ((FilterNode<S>) found).isNamed(text, from, end, hash)) {
        return (FilterNode<S>) found;
      }
    }
  }

  @Override
  public NamedChildren<S> with(FilterNode<S> child) {
    insert(child);
    return this;
  }

  @Override
  public @Nullable NamedChildren<S> without(FilterNode<S> child) {
    remove(child);
    return isEmpty() ? null : this;
  }

  @Override
  public int count() {
    int count = 0;
    @Nullable Object[] slots = slots();
    for (int i = 0; i < slots.length; i++) {
      FilterNode<S> child = element(slots, i);
      count += child == null ? 0 : child.count();
    }
    return count;
  }
}
