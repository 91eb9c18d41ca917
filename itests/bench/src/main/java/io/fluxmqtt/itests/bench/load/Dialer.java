package io.fluxmqtt.itests.bench.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Connects, waits for CONNACK, disconnects, waits until the broker has closed, and begins anew.
 * Latency is from the begin of the connection to CONNACK. Of its loop's thread.
 */
public final class Dialer {
  private static final int CONNACK_BYTES = 4;

  private final Loop loop;
  private final InetSocketAddress broker;
  private final String prefix;
  private final int total;
  private final AtomicLong done = new AtomicLong();
  private final AtomicLong failed = new AtomicLong();
  private int begun;

  Dialer(Loop loop, InetSocketAddress broker, String prefix, int total) {
    this.loop = loop;
    this.broker = broker;
    this.prefix = prefix;
    this.total = total;
  }

  /** Connections that have come to their end as they should; any thread. */
  public long done() {
    return done.get();
  }

  /** Connections that were refused or lost; any thread. */
  public long failed() {
    return failed.get();
  }

  /** Whether all have come to an end; any thread. */
  public boolean isOver() {
    return done.get() + failed.get() == total;
  }

  void begin(int concurrent) {
    for (int i = 0; i < concurrent; i++) {
      dial();
    }
  }

  private void dial() {
    while (begun < total) {
      Call call = new Call(Packets.connect(prefix + begun++, true));
      try {
        call.open();
        return;
      } catch (IOException e) {
        call.close();
        failed.incrementAndGet();
      }
    }
  }

  private final class Call implements Ready {
    private final ByteBuffer connect;
    private final ByteBuffer answer = ByteBuffer.allocate(CONNACK_BYTES + 1);
    private final long since = System.nanoTime();
    private SocketChannel channel;
    private SelectionKey key;
    private boolean accepted;

    Call(byte[] connect) {
      this.connect = ByteBuffer.wrap(connect);
    }

    void open() throws IOException {
      channel = SocketChannel.open();
      channel.configureBlocking(false);
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      key = loop.register(channel, SelectionKey.OP_CONNECT, this);
      if (channel.connect(broker)) {
        connected();
      }
    }

    @Override
    public void ready() throws IOException {
      if (key.isConnectable() && channel.finishConnect()) {
        connected();
      } else if (key.isReadable()) {
        read();
      }
    }

    private void connected() throws IOException {
      key.interestOps(SelectionKey.OP_READ);
      channel.write(connect); // an empty socket takes it whole
    }

    private void read() throws IOException {
      int count = channel.read(answer);
      if (!accepted && answer.position() == CONNACK_BYTES) {
        if (answer.get(0) >>> 4 != Packets.CONNACK || answer.get(CONNACK_BYTES - 1) != 0) {
          throw new IOException("refused");
        }
        accepted = true;
        loop.latency.record(System.nanoTime() - since);
        channel.write(ByteBuffer.wrap(Packets.DISCONNECT));
        channel.shutdownOutput();
      } else if (count < 0) {
        close();
        (accepted ? done : failed).incrementAndGet();
        dial();
      }
    }

    @Override
    public void failed(IOException cause) {
      close();
      // A reset after DISCONNECT is an end as well.
      (accepted ? done : failed).incrementAndGet();
      dial();
    }

    void close() {
      try {
        channel.close();
      } catch (IOException e) {
        // It is gone either way.
      }
    }
  }
}
