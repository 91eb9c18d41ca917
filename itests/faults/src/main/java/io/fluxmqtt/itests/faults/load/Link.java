package io.fluxmqtt.itests.faults.load;

import io.fluxmqtt.itests.kit.BrokerAddress;
import io.fluxmqtt.itests.kit.RawPacket;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.Arrays;
import java.util.Optional;

/**
 * A connection whose packets are gathered and read in batches; a wait that ends without a packet
 * loses nothing of one that is half there. One thread.
 */
final class Link implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 10_000;
  private static final int FLUSH_BYTES = 32_768;

  private final Socket socket = new Socket();
  private final InputStream in;
  private final OutputStream out;
  private final int version;
  private final ByteArrayOutputStream pending = new ByteArrayOutputStream();
  private byte[] buffer = new byte[65_536];
  private int begin;
  private int end;

  Link(BrokerAddress broker, int version) throws IOException {
    this.version = version;
    socket.setTcpNoDelay(true);
    socket.connect(new InetSocketAddress(broker.host(), broker.port()), PATIENCE_MILLIS);
    in = socket.getInputStream();
    out = socket.getOutputStream();
  }

  /** Gathers a packet; it leaves with {@link #flush} or when there are many. */
  void send(byte[] packet) throws IOException {
    pending.writeBytes(packet);
    if (pending.size() >= FLUSH_BYTES) {
      flush();
    }
  }

  void flush() throws IOException {
    if (pending.size() > 0) {
      byte[] all = pending.toByteArray();
      pending.reset();
      out.write(all);
    }
  }

  /** The next packet, or nothing if none came in time. */
  Optional<RawPacket> receive(int millis) throws IOException {
    long deadline = System.nanoTime() + millis * 1_000_000L;
    while (true) {
      Optional<RawPacket> packet = buffered();
      if (packet.isPresent()) {
        return packet;
      }
      long left = (deadline - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        return Optional.empty();
      }
      fill((int) left);
    }
  }

  /** The next packet; too late is a fault of the broker. */
  RawPacket receive() throws IOException {
    return receive(PATIENCE_MILLIS)
        .orElseThrow(() -> new SocketTimeoutException("no packet in " + PATIENCE_MILLIS + " ms"));
  }

  private void fill(int millis) throws IOException {
    if (begin > 0) {
      System.arraycopy(buffer, begin, buffer, 0, end - begin);
      end -= begin;
      begin = 0;
    }
    if (end == buffer.length) {
      buffer = Arrays.copyOf(buffer, 2 * buffer.length);
    }
    socket.setSoTimeout(millis);
    try {
      int count = in.read(buffer, end, buffer.length - end);
      if (count < 0) {
        throw new EOFException("the broker closed the connection");
      }
      end += count;
    } catch (SocketTimeoutException e) {
      // nothing came; the caller looks at its clock
    }
  }

  private Optional<RawPacket> buffered() {
    int length = 0;
    int shift = 0;
    for (int at = begin + 1; at < end; at++, shift += 7) {
      length |= (buffer[at] & 0x7F) << shift;
      if (buffer[at] >= 0) {
        int body = at + 1;
        if (body + length > end) {
          return Optional.empty();
        }
        int first = buffer[begin] & 0xFF;
        begin = body + length;
        return Optional.of(new RawPacket(version, first, Arrays.copyOfRange(buffer, body, begin)));
      }
    }
    return Optional.empty();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
