package io.fluxmqtt.session.broker;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many questions about Subscriptions that are there already await their answers: so few that an
 * authorizer with a thread of its own has room for those of clients. Any thread.
 */
final class Questions {
  private static final int MAX = 400;

  private final AtomicInteger open = new AtomicInteger();

  boolean mayAsk() {
    return open.get() < MAX;
  }

  /** One is not answered at once. */
  void asked() {
    open.incrementAndGet();
  }

  /** One of those has its answer; that may come first. */
  void answered() {
    open.decrementAndGet();
  }
}
