package io.fluxmqtt.session.broker;

import io.fluxmqtt.api.message.Printable;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the operator whose queue has begun to drop messages, and when it has room again. Many may
 * overflow at once: of more than a few within a time only the number is told. Any thread.
 */
final class OverflowLog {
  static final int LINES = 20;
  static final long WITHIN_NANOS = TimeUnit.SECONDS.toNanos(10);

  private static final Logger LOG = LoggerFactory.getLogger(OverflowLog.class);

  private final Broker broker;
  private long since; // guarded by this; so is all below
  private int lines;
  private int untold;

  OverflowLog(Broker broker) {
    this.broker = broker;
    this.since = broker.nanoTime();
  }

  /** The first message was dropped. */
  void began(Session session, Counters.Drop reason, int messages, long bytes, QueueLimits limits) {
    if (mayTell()) {
      LOG.warn(
          "The queue of client {} is full: {} messages, {} bytes wait; messages are dropped from now"
              + " on ({}, {}). See overflow, queueMaxMessages, queueMaxBytes, spillMaxBytes,"
              + " queueTotalMaxMessages and queueTotalMaxBytes in io.fluxmqtt.session and"
              + " io.fluxmqtt.queue",
          Printable.of(session.clientId()),
          messages,
          bytes,
          spelling(reason),
          spelling(limits.overflow()));
    }
  }

  /** There is room again. */
  void ended(Session session, long dropped) {
    if (mayTell()) {
      LOG.info(
          "The queue of client {} has room again; {} messages were dropped",
          Printable.of(session.clientId()),
          dropped);
    }
  }

  /** What was too much under a lower limit is gone. */
  void cut(Session session, int dropped, int messages) {
    if (mayTell()) {
      LOG.warn(
          "The queue of client {} was brought down to a lower limit: {} messages were dropped, {} wait",
          Printable.of(session.clientId()),
          dropped,
          messages);
    }
  }

  private synchronized boolean mayTell() {
    long now = broker.nanoTime();
    if (now - since > WITHIN_NANOS) {
      if (untold > 0) {
        LOG.warn("Queues of clients filled up or emptied {} times more", untold);
      }
      since = now;
      lines = 0;
      untold = 0;
    }
    if (lines < LINES) {
      lines++;
      return true;
    }
    untold++;
    return false;
  }

  private static String spelling(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
