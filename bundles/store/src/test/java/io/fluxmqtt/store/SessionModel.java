package io.fluxmqtt.store;

import io.fluxmqtt.api.message.TopicFilter;
import io.fluxmqtt.api.spi.store.SessionChange;
import io.fluxmqtt.api.spi.store.SessionStore;
import io.fluxmqtt.api.spi.store.StoredDelivery;
import io.fluxmqtt.api.spi.store.StoredMessage;
import io.fluxmqtt.api.spi.store.StoredSession;
import io.fluxmqtt.api.spi.store.StoredSubscription;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What a store must hold, the simple way; also takes what a store says that it holds. */
class SessionModel implements SessionStore.Visitor {
  /** A delivery with its message. */
  record Queued(StoredDelivery delivery, StoredMessage message) {}

  /** All of one session. */
  record State(
      StoredSession head,
      Map<TopicFilter, StoredSubscription> subscriptions,
      Map<Long, Queued> queue,
      TreeSet<Integer> releases,
      TreeSet<Integer> incoming) {
    State(StoredSession head) {
      this(head, new HashMap<>(), new TreeMap<>(), new TreeSet<>(), new TreeSet<>());
    }

    State withHead(StoredSession newHead) {
      return new State(newHead, subscriptions, queue, releases, incoming);
    }
  }

  private final TreeMap<Long, State> sessions = new TreeMap<>();
  private final Map<Long, Map<Long, SessionChange>> early = new HashMap<>();
  private long lastMessage; // that was visited
  private @Nullable State current;

  TreeMap<Long, State> sessions() {
    return sessions;
  }

  void apply(SessionChange change) {
    if (change instanceof SessionChange.PutSession c) {
      sessions.merge(
          c.session().number(), new State(c.session()), (old, fresh) -> old.withHead(fresh.head()));
    } else if (change instanceof SessionChange.RemoveSession c) {
      sessions.remove(c.number());
      early.remove(c.number());
    } else if (change instanceof SessionChange.PutSubscription c) {
      of(c.number()).subscriptions().put(c.subscription().filter(), c.subscription());
    } else if (change instanceof SessionChange.RemoveSubscription c) {
      of(c.number()).subscriptions().remove(c.filter());
    } else if (change instanceof SessionChange.Append c) {
      for (int i = 0; i < c.receivers().size(); i++) {
        StoredDelivery delivery = c.receivers().delivery(i, c.message().id());
        of(c.receivers().number(i))
            .queue()
            .put(c.message().id(), new Queued(delivery, c.message()));
      }
      for (int i = 0; i < c.receivers().size(); i++) {
        SessionChange before = early(c.receivers().number(i)).remove(c.message().id());
        if (before != null) {
          apply(before);
        }
      }
    } else if (change instanceof SessionChange.PutDelivery c) {
      long id = c.delivery().messageId();
      Queued old = of(c.number()).queue().get(id);
      if (old != null) {
        of(c.number()).queue().put(id, new Queued(c.delivery(), old.message()));
      } else if (sessions.containsKey(c.number())) {
        early(c.number()).put(id, c);
      }
    } else if (change instanceof SessionChange.RemoveDelivery c) {
      Queued old = of(c.number()).queue().remove(c.messageId());
      if (old == null && sessions.containsKey(c.number())) {
        early(c.number()).put(c.messageId(), c);
      }
    } else if (change instanceof SessionChange.PutRelease c) {
      of(c.number()).releases().add(c.packetId());
    } else if (change instanceof SessionChange.RemoveRelease c) {
      of(c.number()).releases().remove(c.packetId());
    } else if (change instanceof SessionChange.PutIncoming c) {
      of(c.number()).incoming().add(c.packetId());
    } else if (change instanceof SessionChange.RemoveIncoming c) {
      of(c.number()).incoming().remove(c.packetId());
    }
  }

  @Override
  public void session(StoredSession session) {
    if (lastMessage > 0) {
      throw new AssertionError("a session behind deliveries");
    }
    current = new State(session);
    if (sessions.put(session.number(), current) != null) {
      throw new AssertionError("session " + session.number() + " was visited twice");
    }
  }

  @Override
  public void subscription(StoredSubscription subscription) {
    visited().subscriptions().put(subscription.filter(), subscription);
  }

  @Override
  public void delivery(long number, StoredDelivery delivery, StoredMessage message) {
    if (delivery.messageId() != message.id()) {
      throw new AssertionError("delivery of another message");
    }
    if (message.id() < lastMessage) {
      throw new AssertionError("deliveries out of order");
    }
    lastMessage = message.id();
    Queued queued = new Queued(delivery, message);
    if (of(number).queue().put(message.id(), queued) != null) {
      throw new AssertionError("delivery " + message.id() + " twice");
    }
  }

  @Override
  public void release(int packetId) {
    visited().releases().add(packetId);
  }

  @Override
  public void incoming(int packetId) {
    visited().incoming().add(packetId);
  }

  /** What came before its message counts until the store is loaded anew. */
  void forgetEarly() {
    early.clear();
  }

  private Map<Long, SessionChange> early(long number) {
    return early.computeIfAbsent(number, any -> new HashMap<>());
  }

  private State of(long number) {
    State state = sessions.get(number);
    return state != null ? state : new State(new Samples(0).session(1)); // lost: not in the map
  }

  private State visited() {
    if (current == null) {
      throw new AssertionError("no session yet");
    }
    return current;
  }
}
