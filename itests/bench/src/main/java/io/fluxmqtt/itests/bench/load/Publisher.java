package io.fluxmqtt.itests.bench.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Sends messages at its pace, never with more unacknowledged or on their way than the window lets
 * it. What has not arrived a second after the last arrival counts as lost and gives its place free.
 * Of its loop's thread but for what is said to be of any.
 */
public final class Publisher implements Receiver {
  private static final int PUBREL = 0x62;
  private static final int PACKET_IDS = 65_535;
  private static final long LOST_AFTER_NANOS = 1_000_000_000L;

  private final Link link;
  private final Flow flow;
  private final Frames frames;
  private final int qos;
  private final Window window;
  private final BitSet inFlight = new BitSet();
  private final AtomicLong acknowledged = new AtomicLong();
  private int lastId;
  private int unacknowledged;
  private long number;
  private long forgiven;
  private long arrivedBefore;
  private long arrivedAt;
  private Pace opened = Pace.STOPPED;
  private long sentSinceOpened;
  private volatile Pace pace = Pace.STOPPED;

  /**
   * How far a publisher may be ahead.
   *
   * @param unacknowledged of the broker, for QoS 1 and 2
   * @param undelivered to the subscribers
   */
  public record Window(int unacknowledged, int undelivered) {
    /**
     * A publisher that waits goes on when so many may be sent: were it to fill up one by one, the
     * generator and not the broker would decide how much goes into one write.
     */
    int refill() {
      return Math.max(1, undelivered / 4);
    }
  }

  Publisher(Link link, Flow flow, Frames frames, int qos, Window window) {
    this.link = link;
    this.flow = flow;
    this.frames = frames;
    this.qos = qos;
    this.window = window;
  }

  /** Sets the pace; any thread. */
  public void pace(Pace next) {
    pace = next;
    flow.home.wake();
  }

  /** Messages sent so far; any thread. */
  public long sent() {
    return flow.sent();
  }

  /** Messages of QoS 1 or 2 that the broker has acknowledged; any thread. */
  public long acknowledged() {
    return acknowledged.get();
  }

  /** Whether the broker has acknowledged all that was sent; any thread. */
  public boolean isAcknowledged() {
    return qos == 0 || acknowledged.get() == flow.sent();
  }

  boolean isClocked() {
    return pace.kind() == Pace.Kind.OPEN;
  }

  /** Sends what may be sent now, up to a batch; whether there is more for at once. */
  boolean pump() throws IOException {
    if (!link.isClear()) {
      return false; // goes on when the socket has taken it
    }
    Pace now = pace;
    long allowed = allowed(now);
    int count = (int) Math.min(frames.room(), allowed);
    if (count <= 0) {
      return false;
    }
    long stamp = now.kind() == Pace.Kind.OPEN ? System.nanoTime() : 0;
    frames.begin(count);
    for (int i = 0; i < count; i++) {
      frames.next(Tag.of(flow.index, number++), stamp, qos == 0 ? 0 : takeId());
    }
    sentSinceOpened += count;
    flow.sent(count);
    link.send(frames.batch());
    return link.isClear() && allowed > count;
  }

  private long allowed(Pace now) {
    long allowed =
        switch (now.kind()) {
          case STOPPED -> 0;
          case CLOSED -> Math.min(now.limit() - number, credit());
          case OPEN -> due(now);
          case FLOOD -> Long.MAX_VALUE;
        };
    return qos == 0 ? allowed : Math.min(allowed, window.unacknowledged - unacknowledged);
  }

  private long due(Pace now) {
    if (opened != now) {
      opened = now;
      sentSinceOpened = 0;
    }
    double seconds = (System.nanoTime() - now.origin()) / 1e9;
    return Math.max(0, (long) (seconds * now.perSecond())) - sentSinceOpened;
  }

  /** How many messages more may be on their way to the subscribers. */
  private long credit() {
    if (flow.copies == 0) {
      return Long.MAX_VALUE;
    }
    long credit = window.undelivered - undelivered();
    flow.starve(credit < window.refill());
    if (credit < window.refill()) {
      forgive();
      credit = window.undelivered - undelivered(); // what arrived before the flag was seen
    }
    return credit < window.refill() ? 0 : credit;
  }

  private long undelivered() {
    return Math.max(0, number - forgiven - flow.arrived() / flow.copies);
  }

  private void forgive() {
    long arrived = flow.arrived();
    long now = System.nanoTime();
    if (arrived != arrivedBefore || arrivedAt == 0) {
      arrivedBefore = arrived;
      arrivedAt = now;
    } else if (now - arrivedAt > LOST_AFTER_NANOS) {
      forgiven += undelivered();
      arrivedAt = now;
    }
  }

  private int takeId() {
    do {
      lastId = lastId == PACKET_IDS ? 1 : lastId + 1;
    } while (inFlight.get(lastId));
    inFlight.set(lastId);
    unacknowledged++;
    return lastId;
  }

  @Override
  public void packet(int first, ByteBuffer bytes, int from, int to) throws IOException {
    int type = first >>> 4;
    int end = qos == 1 ? Packets.PUBACK : Packets.PUBCOMP;
    if (type != end && (qos != 2 || type != Packets.PUBREC)) {
      throw new IOException("a publisher of QoS " + qos + " got a packet of type " + type);
    }
    int id = bytes.getShort(from) & 0xFFFF;
    if (!inFlight.get(id)) {
      throw new IOException("an acknowledgement of " + id + ", which is not in flight");
    }
    if (type == end) {
      inFlight.clear(id);
      unacknowledged--;
      acknowledged.lazySet(acknowledged.getPlain() + 1);
    } else {
      link.answer(PUBREL, id);
    }
  }
}
