package io.fluxmqtt.session.routing;

import io.fluxmqtt.api.message.TopicFilter;
import io.fluxmqtt.api.spi.store.StoredSubscription;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The Subscriptions of one session by their filters, in no order: a table of references and nothing
 * else, about 8 bytes for each, where a map of the JDK takes 40. Its hash cannot be foreseen, so no
 * client can choose filters that collide. For one thread at a time.
 */
public final class FilterTable extends HashSlots<StoredSubscription> {
  private static final int NOT_SHARED = 0;

  @Override
  int hash(StoredSubscription subscription) {
    return hash(subscription.filter());
  }

  private static int hash(TopicFilter filter) {
    String text = filter.filter();
    String name = filter.shareName();
    int share = name == null ? NOT_SHARED : Levels.hash(name, 0, name.length());
    return share * 31 + Levels.hash(text, 0, text.length());
  }

  /** The Subscription with a filter, or null. */
  @SuppressWarnings("ReferenceEquality") // GONE
  public @Nullable StoredSubscription get(TopicFilter filter) {
    @Nullable Object[] slots = slots();
    int mask = slots.length - 1;
    for (int index = hash(filter) & mask; ; index = (index + 1) & mask) {
      Object found = read(slots, index);
      if (found == null) {
        return null;
      }
      if (found != GONE && ((StoredSubscription) found).filter().equals(filter)) {
        return (StoredSubscription) found;
      }
    }
  }

  /** Adds a Subscription; returns the one that had its filter before, or null. */
  public @Nullable StoredSubscription put(StoredSubscription subscription) {
    StoredSubscription old = get(subscription.filter());
    if (old == null) {
      insert(subscription);
    } else {
      replace(old, subscription);
    }
    return old;
  }

  /** Takes out the Subscription with a filter; null if there is none. */
  public @Nullable StoredSubscription remove(TopicFilter filter) {
    StoredSubscription old = get(filter);
    if (old != null) {
      remove(old);
    }
    return old;
  }

  /** The number of Subscriptions. */
  public int size() {
    return live();
  }

  /** A copy of all. */
  public List<StoredSubscription> all() {
    List<StoredSubscription> all = new ArrayList<>(live());
    @Nullable Object[] slots = slots();
    for (int i = 0; i < slots.length; i++) {
      StoredSubscription subscription = element(slots, i);
      if (subscription != null) {
        all.add(subscription);
      }
    }
    return all;
  }
}
