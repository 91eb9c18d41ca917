package io.fluxmqtt.session.broker;

import org.jspecify.annotations.Nullable;

/**
 * What lies in a {@link Mailbox}: a {@link Delivery} or a {@link Command}. In one box at a time.
 */
abstract class Mail {
  /** The mail behind this one; written once by a producer, read by the consumer. */
  volatile @Nullable Mail next;

  /** What it counts against the mailbox's bound, in bytes. Never changes. */
  abstract int bytes();

  /** Something that the owner of a session is to do. */
  static final class Command extends Mail {
    final Runnable task;

    Command(Runnable task) {
      this.task = task;
    }

    @Override
    int bytes() {
      return 0;
    }
  }
}
