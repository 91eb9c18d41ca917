package io.fluxmqtt.itests.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.kit.BrokerAddress;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.Wire;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;

/**
 * A client that publishes numbered messages as fast as its window lets it, and reads another's, or
 * its own, in the {@link Mood} that it is in. It never waits for the one in order to do the other.
 * On the thread of the test.
 */
final class SlowClient implements AutoCloseable {
  /** How it reads. */
  enum Mood {
    /** All that there is. */
    EAGER,
    /** A few bytes each time. */
    DRIBBLE,
    /** Nothing. */
    DEAF
  }

  /** Messages unacknowledged by the broker. */
  static final int WINDOW = 100;

  private static final int RECEIVE_BUFFER = 2_304; // the least that Linux gives
  private static final int DRIBBLE_BYTES = 7;
  private static final int NUMBER_DIGITS = 10;
  private static final String PADDING = "x".repeat(190);

  private final String name;
  private final SocketChannel channel;
  private final SelectionKey key;
  private final String topic;
  private final int qos;
  private final long total;
  private final BitSet inFlight = new BitSet();
  private final ByteBuffer in = ByteBuffer.allocate(1 << 16);
  private ByteBuffer out = ByteBuffer.allocate(1 << 17).flip();
  private Mood mood = Mood.EAGER;
  private int lastId;
  private long sent;
  private long acknowledged;
  private long reads;
  private long received;
  private long lastReceived = -1;

  /**
   * A client that has subscribed.
   *
   * @param total how many messages it will publish
   */
  SlowClient(
      BrokerAddress broker,
      Selector selector,
      String name,
      String from,
      String to,
      int qos,
      long total)
      throws IOException {
    this.name = name;
    this.topic = to;
    this.qos = qos;
    this.total = total;
    channel = SocketChannel.open();
    channel.setOption(StandardSocketOptions.SO_RCVBUF, RECEIVE_BUFFER);
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    channel.connect(new InetSocketAddress(broker.host(), broker.port()));
    say(ConnectPacket.v311(name).toBytes(), Wire.CONNACK);
    say(Wire.subscribe311(1, from, qos), Wire.SUBACK);
    channel.configureBlocking(false);
    key = channel.register(selector, 0);
  }

  private void say(byte[] packet, int answer) throws IOException {
    channel.write(ByteBuffer.wrap(packet));
    ByteBuffer head = ByteBuffer.allocate(2);
    fill(head);
    assertEquals(answer, head.get(0) >> 4 & 0xF);
    ByteBuffer body = ByteBuffer.allocate(head.get(1));
    fill(body);
    assertTrue(body.get(body.limit() - 1) >= 0, "refused");
  }

  private void fill(ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      if (channel.read(buffer) < 0) {
        throw new EOFException("closed by the broker");
      }
    }
  }

  void mood(Mood next) {
    mood = next;
  }

  /** Does what can be done at once; returns whether that was anything. */
  boolean turn() throws IOException {
    long before = sent + acknowledged + reads;
    if (mood != Mood.DEAF) {
      read();
    }
    boolean written = write();
    boolean hears = mood != Mood.DEAF;
    key.interestOps(
        (hears ? SelectionKey.OP_READ : 0) | (out.hasRemaining() ? SelectionKey.OP_WRITE : 0));
    return written || sent + acknowledged + reads > before;
  }

  private void read() throws IOException {
    if (mood == Mood.DRIBBLE) {
      in.limit(Math.min(in.capacity(), in.position() + DRIBBLE_BYTES));
    }
    int count = channel.read(in);
    if (count < 0) {
      throw new EOFException(name + " was closed by the broker");
    }
    reads += count > 0 ? 1 : 0;
    in.flip();
    while (takePacket()) {
      // the next
    }
    in.compact();
  }

  /** Takes a packet out of what was read; all are short enough for two bytes of length. */
  private boolean takePacket() {
    int start = in.position();
    if (in.remaining() < 3) {
      return in.remaining() == 2 && in.get(start + 1) == 0 && unexpected(in.get(start));
    }
    int low = in.get(start + 1);
    int length = low >= 0 ? low : (low & 0x7F) | in.get(start + 2) << 7;
    int body = start + (low >= 0 ? 2 : 3);
    if (in.limit() - body < length) {
      return false;
    }
    packet(in.get(start) & 0xFF, body, body + length);
    in.position(body + length);
    return true;
  }

  private void packet(int first, int from, int to) {
    int type = first >> 4;
    switch (type) {
      case Wire.PUBLISH -> message(first >> 1 & 3, from, to);
      case Wire.PUBREL -> answer(Wire.PUBCOMP, in.getShort(from));
      case Wire.PUBREC -> {
        assertTrue(inFlight.get(in.getShort(from) & 0xFFFF), "PUBREC that nobody awaits");
        answer(Wire.PUBREL, in.getShort(from));
      }
      case Wire.PUBACK, Wire.PUBCOMP -> {
        assertEquals(qos == 1 ? Wire.PUBACK : Wire.PUBCOMP, type);
        int id = in.getShort(from) & 0xFFFF;
        assertTrue(inFlight.get(id), "an acknowledgement that nobody awaits");
        inFlight.clear(id);
        acknowledged++;
      }
      default -> unexpected(first);
    }
  }

  private void message(int grantedQos, int from, int to) {
    assertEquals(qos, grantedQos);
    int at = from + 2 + in.getShort(from);
    answer(qos == 1 ? Wire.PUBACK : Wire.PUBREC, in.getShort(at));
    byte[] digits = new byte[NUMBER_DIGITS];
    in.get(at + 2, digits);
    assertEquals(at + 2 + NUMBER_DIGITS + PADDING.length(), to);
    long number = Long.parseLong(new String(digits, StandardCharsets.US_ASCII));
    assertTrue(number > lastReceived, () -> name + " got " + number + " after " + lastReceived);
    lastReceived = number;
    received++;
  }

  private boolean unexpected(int first) {
    throw new AssertionError(name + " got a packet that begins with " + (first & 0xFF));
  }

  private void answer(int type, short packetId) {
    append(Wire.acknowledge(type, packetId & 0xFFFF));
  }

  private void append(byte[] packet) {
    out.compact();
    if (out.remaining() < packet.length) {
      out = ByteBuffer.allocate(2 * out.capacity()).put(out.flip());
    }
    out.put(packet).flip();
  }

  private boolean write() throws IOException {
    while (sent < total && inFlight.cardinality() < WINDOW) {
      do {
        lastId = lastId == 65_535 ? 1 : lastId + 1;
      } while (inFlight.get(lastId));
      inFlight.set(lastId);
      String text = ("%0" + NUMBER_DIGITS + "d").formatted(sent++) + PADDING;
      append(Wire.publish311(qos << 1, topic, lastId, text));
    }
    return out.hasRemaining() && channel.write(out) > 0;
  }

  /** Messages of its own that the broker has acknowledged. */
  long acknowledged() {
    return acknowledged;
  }

  /** Messages of somebody else that it got. */
  long received() {
    return received;
  }

  /** How often there was something to read. */
  long reads() {
    return reads;
  }

  /** Whether it has published all, and all is acknowledged. */
  boolean isDone() {
    return acknowledged == total;
  }

  /** Whether it can do nothing more before it reads: the broker has taken all that it may send. */
  boolean isStuck() {
    return !out.hasRemaining() && (sent == total || inFlight.cardinality() == WINDOW);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  @Override
  public String toString() {
    return "%s %s: sent %d, acknowledged %d, received %d, %d bytes not taken by the broker"
        .formatted(name, mood, sent, acknowledged, received, out.remaining());
  }
}
