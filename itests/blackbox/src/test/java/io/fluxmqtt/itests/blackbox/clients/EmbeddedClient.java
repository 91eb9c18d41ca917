package io.fluxmqtt.itests.blackbox.clients;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * MQTT 3.1.1 as a microcontroller speaks it, after the manner of PubSubClient: one thread that
 * calls {@link #loop()}, one buffer of 256 bytes for whatever comes, bytes read one by one, fields
 * written one by one as segments of their own, one message out at a time, PINGREQ by hand. Larger
 * payloads pass the buffer in pieces, both ways.
 */
final class EmbeddedClient {
  static final int BUFFER_BYTES = 256;

  private static final int ANSWER_MILLIS = 10_000;
  private static final int IDLE_MILLIS = 2;
  private static final int QOS_2_SLOTS = 16;

  private static final int CONNACK = 0x20;
  private static final int PUBLISH = 0x30;
  private static final int PUBACK = 0x40;
  private static final int PUBREC = 0x50;
  private static final int PUBREL = 0x62;
  private static final int PUBCOMP = 0x70;
  private static final int SUBACK = 0x90;
  private static final int PINGREQ = 0xC0;
  private static final int PINGRESP = 0xD0;

  /** Takes a message in pieces, within {@link #loop()}; the buffer is the client's own. */
  interface Sink {
    void begin(String topic, int qos, boolean retain);

    void piece(byte[] buffer, int length);

    void end();
  }

  private final byte[] buffer = new byte[BUFFER_BYTES];
  private final int[] unreleased = new int[QOS_2_SLOTS]; // packet ids of QoS 2; 0 is a free slot
  private final Sink sink;
  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;
  private int keepAliveSeconds;
  private long lastOutNanos;
  private boolean pingOutstanding;
  private int lastPacketId;
  private int remaining; // bytes of the present packet that were not read yet

  EmbeddedClient(String host, int port, Sink sink) throws IOException {
    this.sink = sink;
    socket = new Socket(host, port);
    socket.setTcpNoDelay(true);
    in = socket.getInputStream();
    out = socket.getOutputStream();
  }

  /** Connects; returns Session Present. */
  boolean connect(String clientId, boolean cleanSession, int keepAlive, TestMessage will)
      throws IOException {
    keepAliveSeconds = keepAlive;
    int length = 10 + size(clientId);
    int flags = cleanSession ? 0x02 : 0;
    if (will != null) {
      length += size(will.topic()) + 2 + will.payload().length;
      flags |= 0x04 | will.qos() << 3 | (will.retain() ? 0x20 : 0);
    }
    writeHeader(0x10, length);
    writeText("MQTT");
    write(4, flags);
    writeShort(keepAlive);
    writeText(clientId);
    if (will != null) {
      writeText(will.topic());
      writeShort(will.payload().length);
      out.write(will.payload());
    }
    await(CONNACK);
    if (buffer[1] != 0) {
      throw new IOException("refused with " + buffer[1]);
    }
    return buffer[0] == 1;
  }

  void subscribe(String filter, int qos) throws IOException {
    writeHeader(0x82, 2 + size(filter) + 1);
    writeShort(nextPacketId());
    writeText(filter);
    write(qos);
    await(SUBACK);
    if (buffer[2] != qos) {
      throw new IOException("granted " + buffer[2]);
    }
  }

  /** Begins a message; its payload follows with {@link #write(byte[], int, int)}. */
  void beginPublish(String topic, int payloadBytes, int qos, boolean retain) throws IOException {
    writeHeader(
        PUBLISH | qos << 1 | (retain ? 1 : 0), size(topic) + (qos == 0 ? 0 : 2) + payloadBytes);
    writeText(topic);
    if (qos > 0) {
      writeShort(nextPacketId());
    }
  }

  void write(byte[] piece, int from, int length) throws IOException {
    out.write(piece, from, length);
    lastOutNanos = System.nanoTime();
  }

  /** Waits until the flow of the message has ended. */
  void endPublish(int qos) throws IOException {
    if (qos == 1) {
      await(PUBACK);
    } else if (qos == 2) {
      await(PUBREC);
      acknowledge(PUBREL, lastPacketId);
      await(PUBCOMP);
    }
  }

  /**
   * Takes a packet if one has come, and sends PINGREQ when it is time; to be called all the time.
   *
   * @throws IOException if the connection has ended
   */
  void loop() throws IOException {
    int due = keepAliveSeconds * 1_000;
    if (due > 0 && System.nanoTime() - lastOutNanos > due * 1_000_000L) {
      if (pingOutstanding) {
        throw new IOException("no answer to PINGREQ");
      }
      pingOutstanding = true;
      write(PINGREQ, 0);
    }
    socket.setSoTimeout(IDLE_MILLIS);
    int first;
    try {
      first = in.read();
    } catch (SocketTimeoutException e) {
      return;
    }
    take(first);
  }

  void disconnect() throws IOException {
    write(0xE0, 0);
    socket.close();
  }

  void close() throws IOException {
    socket.close();
  }

  /** Takes packets until the awaited one, whose first bytes are in the buffer then. */
  private void await(int type) throws IOException {
    int taken;
    do {
      socket.setSoTimeout(ANSWER_MILLIS);
      taken = take(in.read());
    } while (taken != type);
  }

  private int take(int first) throws IOException {
    if (first < 0) {
      throw new EOFException("the broker closed the connection");
    }
    socket.setSoTimeout(ANSWER_MILLIS);
    int shift = 0;
    int length = 0;
    int digit;
    do {
      remaining = 1;
      digit = read();
      length |= (digit & 0x7F) << shift;
      shift += 7;
    } while ((digit & 0x80) != 0);
    remaining = length;
    if ((first & 0xF0) == PUBLISH) {
      takePublish(first >> 1 & 3, (first & 1) == 1);
      return PUBLISH;
    }
    fill();
    if (remaining > 0) {
      throw new IOException("packet " + first + " is too large for the buffer");
    }
    if (first == PUBREL) {
      int id = packetId(buffer[0], buffer[1]);
      Arrays.setAll(unreleased, i -> unreleased[i] == id ? 0 : unreleased[i]);
      acknowledge(PUBCOMP, id);
    } else if (first == PINGRESP) {
      pingOutstanding = false;
    }
    return first;
  }

  private void takePublish(int qos, boolean retain) throws IOException {
    int length = read() << 8 | read();
    if (length > BUFFER_BYTES) {
      throw new IOException("a topic of " + length + " bytes is too large for the buffer");
    }
    for (int i = 0; i < length; i++) {
      buffer[i] = (byte) read();
    }
    String topic = new String(buffer, 0, length, StandardCharsets.UTF_8);
    int id = qos == 0 ? 0 : packetId(read(), read());
    boolean isNew = qos < 2 || remember(id);
    if (isNew) {
      sink.begin(topic, qos, retain);
    }
    while (remaining > 0) {
      int filled = fill();
      if (isNew) {
        sink.piece(buffer, filled);
      }
    }
    if (isNew) {
      sink.end();
    }
    if (qos > 0) {
      acknowledge(qos == 1 ? PUBACK : PUBREC, id);
    }
  }

  /** Whether this packet id of QoS 2 was not among the unreleased; it is now. */
  private boolean remember(int id) throws IOException {
    int free = -1;
    for (int i = 0; i < QOS_2_SLOTS; i++) {
      if (unreleased[i] == id) {
        return false;
      }
      free = unreleased[i] == 0 ? i : free;
    }
    if (free < 0) {
      throw new IOException("more messages at QoS 2 than slots");
    }
    unreleased[free] = id;
    return true;
  }

  /** Reads what fits of the present packet; returns how much that was. */
  private int fill() throws IOException {
    int filled = 0;
    while (remaining > 0 && filled < BUFFER_BYTES) {
      buffer[filled++] = (byte) read();
    }
    return filled;
  }

  private int read() throws IOException {
    if (remaining == 0) {
      throw new IOException("the packet is shorter than its content");
    }
    remaining--;
    int next = in.read();
    if (next < 0) {
      throw new EOFException("the broker closed the connection within a packet");
    }
    return next;
  }

  private void acknowledge(int type, int id) throws IOException {
    write(type, 2);
    writeShort(id);
  }

  private void writeHeader(int first, int length) throws IOException {
    write(first);
    int rest = length;
    do {
      write((rest & 0x7F) | (rest > 0x7F ? 0x80 : 0));
      rest >>>= 7;
    } while (rest > 0);
  }

  private void writeText(String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    writeShort(bytes.length);
    write(bytes, 0, bytes.length);
  }

  private void writeShort(int value) throws IOException {
    write(value >> 8, value);
  }

  private void write(int... bytes) throws IOException {
    for (int each : bytes) {
      out.write(each);
    }
    lastOutNanos = System.nanoTime();
  }

  private int nextPacketId() {
    lastPacketId = lastPacketId % 0xFFFF + 1;
    return lastPacketId;
  }

  private static int packetId(int high, int low) {
    return (high & 0xFF) << 8 | low & 0xFF;
  }

  private static int size(String text) {
    return 2 + text.getBytes(StandardCharsets.UTF_8).length;
  }
}
