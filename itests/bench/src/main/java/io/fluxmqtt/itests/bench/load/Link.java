package io.fluxmqtt.itests.bench.load;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.List;

/**
 * One connection. It is opened by whoever sets the scenario up, who waits for each answer; from
 * {@link #attach} on it belongs to a loop.
 */
final class Link implements Ready {
  private static final int PATIENCE_MILLIS = 60_000;
  private static final int FILTERS_PER_PACKET = 500;
  private static final int ACK_BYTES = 4;
  private static final int REFUSED = 0x80;
  private static final byte[] NOTHING = {};
  private static final ByteBuffer EMPTY = ByteBuffer.allocate(0);

  private final SocketChannel channel;
  private final String clientId;
  private Loop loop;
  private Receiver receiver;
  private SelectionKey key;
  private byte[] carry = NOTHING; // the begin of a packet whose end has not come
  private int carried;
  private int hearing = SelectionKey.OP_READ;
  private ByteBuffer batch = EMPTY; // what of the last one is still to be written
  private ByteBuffer acks = ByteBuffer.allocateDirect(256); // filled from 0 to its position

  private Link(SocketChannel channel, String clientId) {
    this.channel = channel;
    this.clientId = clientId;
  }

  /** A client that the broker has accepted. */
  static Link open(InetSocketAddress broker, String clientId, boolean clean) throws IOException {
    SocketChannel channel = SocketChannel.open();
    try {
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      channel.socket().setSoTimeout(PATIENCE_MILLIS);
      channel.socket().connect(broker, PATIENCE_MILLIS);
      Link link = new Link(channel, clientId);
      link.say(Packets.connect(clientId, clean));
      byte[] answer = link.hear(Packets.CONNACK);
      if (answer[1] != 0) {
        throw new IOException(clientId + " was refused with " + answer[1]);
      }
      return link;
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  /** Subscribes; before {@link #attach} only. */
  void subscribe(List<String> filters, int qos) throws IOException {
    for (int from = 0; from < filters.size(); from += FILTERS_PER_PACKET) {
      int to = Math.min(filters.size(), from + FILTERS_PER_PACKET);
      say(Packets.subscribe(1, filters.subList(from, to), qos));
      byte[] answer = hear(Packets.SUBACK);
      for (int i = 2; i < answer.length; i++) {
        if ((answer[i] & 0xFF) == REFUSED) {
          throw new IOException("the broker refused " + filters.get(from + i - 2));
        }
      }
    }
  }

  /** Ends the connection and waits until the broker knows; before {@link #attach} only. */
  void disconnect() throws IOException {
    say(Packets.DISCONNECT);
    channel.shutdownOutput();
    InputStream in = channel.socket().getInputStream();
    while (in.read() >= 0) {
      // What came before the broker closed is of no interest.
    }
    channel.close();
  }

  /** Lets go of a connection; before {@link #attach} only. */
  void close() throws IOException {
    channel.close();
  }

  private void say(byte[] packet) throws IOException {
    channel.socket().getOutputStream().write(packet);
  }

  private byte[] hear(int type) throws IOException {
    InputStream in = channel.socket().getInputStream();
    int first = in.read();
    int length = 0;
    int next = 0x80;
    for (int shift = 0; first >= 0 && (next & 0x80) != 0; shift += 7) {
      next = in.read();
      length |= (next & 0x7F) << shift;
    }
    byte[] body = in.readNBytes(length);
    if (first < 0 || body.length < length) {
      throw new EOFException("the broker closed the connection of " + clientId);
    }
    if (first >>> 4 != type) {
      throw new IOException(clientId + " got a packet of type " + (first >>> 4));
    }
    return body;
  }

  /** Hands the connection to a loop, which sends {@code begin} first. */
  void attach(Loop to, Receiver what, byte[] begin) throws IOException {
    loop = to;
    receiver = what;
    channel.configureBlocking(false);
    to.execute(
        () -> {
          key = to.register(channel, SelectionKey.OP_READ, this);
          try {
            send(ByteBuffer.wrap(begin));
          } catch (IOException e) {
            failed(e);
          }
        });
  }

  /** Whether it reads; any thread. */
  void hear(boolean hears) {
    loop.execute(
        () -> {
          hearing = hears ? SelectionKey.OP_READ : 0;
          key.interestOps(isClear() ? hearing : hearing | SelectionKey.OP_WRITE);
        });
  }

  @Override
  public void ready() throws IOException {
    if (key.isWritable()) {
      flush();
    }
    if (key.isReadable()) {
      read();
      flush();
    }
  }

  @Override
  public void failed(IOException cause) {
    loop.fail(new IOException("the connection of " + clientId + " failed: " + cause, cause));
  }

  private void read() throws IOException {
    ByteBuffer in = loop.in;
    in.clear();
    in.put(carry, 0, carried);
    if (channel.read(in) < 0) {
      throw new EOFException("closed by the broker");
    }
    in.flip();
    int at = parse(in);
    carried = in.limit() - at;
    if (carried == in.capacity()) {
      throw new IOException("a packet of more than " + carried + " bytes");
    }
    if (carry.length < carried) {
      carry = new byte[Math.max(carried, carry.length * 2)];
    }
    in.get(at, carry, 0, carried);
  }

  /** Passes on all whole packets; where the first that is not whole begins. */
  private int parse(ByteBuffer in) throws IOException {
    int limit = in.limit();
    int at = 0;
    while (limit - at >= 2) {
      int body = at + 1;
      int next = in.get(body++);
      int length = next & 0x7F;
      for (int shift = 7; next < 0; shift += 7) {
        if (body == limit) {
          return at;
        }
        next = in.get(body++);
        length |= (next & 0x7F) << shift;
      }
      if (limit - body < length) {
        return at;
      }
      receiver.packet(in.get(at) & 0xFF, in, body, body + length);
      at = body + length;
    }
    return at;
  }

  /** An answer that leaves with the next {@link #flush}. */
  void answer(int first, int packetId) {
    if (acks.remaining() < ACK_BYTES) {
      acks = ByteBuffer.allocateDirect(acks.capacity() * 2).put(acks.flip());
    }
    acks.putInt(first << 24 | 2 << 16 | packetId);
  }

  /** Writes a batch, now or as soon as the socket takes it; {@link #isClear} must hold. */
  void send(ByteBuffer bytes) throws IOException {
    batch = bytes;
    flush();
  }

  /** Nothing waits to be written. */
  boolean isClear() {
    return !batch.hasRemaining() && acks.position() == 0;
  }

  private void flush() throws IOException {
    if (isClear() && (key.interestOps() & SelectionKey.OP_WRITE) == 0) {
      return;
    }
    if (batch.hasRemaining()) {
      channel.write(batch);
    }
    if (!batch.hasRemaining() && acks.position() > 0) {
      acks.flip();
      channel.write(acks);
      acks.compact();
    }
    int interest = isClear() ? hearing : hearing | SelectionKey.OP_WRITE;
    if (key.interestOps() != interest) {
      key.interestOps(interest);
    }
  }
}
