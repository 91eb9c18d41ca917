package io.fluxmqtt.session.broker;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Brings mail from any thread to the one owner of a session, in order for each sender, without
 * locks.
 *
 * <p>A linked queue of many producers and one consumer (D. Vyukov's intrusive MPSC queue): a
 * producer swaps itself in as the newest and then links the one before to itself; between the two
 * steps the consumer sees a gap and stops there. Beside it stands one number that holds how many
 * mails, and how many bytes of them, were announced and not yet settled. Whoever raises it from
 * zero holds the token and must see to it that the owner drains; the owner gives the token back by
 * settling what it took, unless something is left, and then it keeps the token and comes again. So
 * at any time at most one wake of a session is on its way, and none is lost.
 *
 * <p>Mail is announced before it is put in, never after: else the owner could take and settle mail
 * that was not announced yet, the number would pass through zero on its way back up, and there
 * would be two tokens. The price is that the owner may find less than was announced, and then comes
 * again.
 */
final class Mailbox {
  private static final int COUNT_BITS = 24;
  private static final long COUNT_MASK = (1L << COUNT_BITS) - 1;

  private final Mail stub = new Mail.Command(() -> {});
  private final AtomicReference<Mail> newest = new AtomicReference<>(stub);
  private final AtomicLong pending = new AtomicLong();
  private Mail oldest = stub; // owned by the consumer

  /** Adds mail; returns whether the caller now holds the token. Any thread. */
  boolean offer(Mail mail) {
    long before = pending.getAndAdd(weight(1, mail.bytes()));
    push(mail);
    return (before & COUNT_MASK) == 0;
  }

  /** The bytes that were offered and not settled yet. Any thread. */
  long pendingBytes() {
    return pending.get() >>> COUNT_BITS;
  }

  /** Whether all that was offered is settled. Any thread. */
  boolean isSettled() {
    return (pending.get() & COUNT_MASK) == 0;
  }

  /** The next mail, or null if there is none, or none that can be seen yet. Token holder only. */
  @Nullable Mail poll() {
    Mail first = oldest;
    Mail second = first.next;
    if (first == stub) {
      if (second == null) {
        return null;
      }
      oldest = second;
      first = second;
      second = second.next;
    }
    if (second == null) {
      if (first != newest.get()) {
        return null; // a producer is between its two steps
      }
      push(stub); // so that the last one can leave
      second = first.next;
      if (second == null) {
        return null;
      }
    }
    oldest = second;
    first.next = null;
    return first;
  }

  /**
   * Gives back the token for mail that was polled; returns whether some is left, and with it the
   * token. Token holder only.
   */
  boolean settle(int count, long bytes) {
    long change = weight(count, bytes);
    return (pending.addAndGet(-change) & COUNT_MASK) != 0;
  }

  private void push(Mail mail) {
    mail.next = null;
    newest.getAndSet(mail).next = mail;
  }

  private static long weight(int count, long bytes) {
    return (bytes << COUNT_BITS) | count;
  }
}
