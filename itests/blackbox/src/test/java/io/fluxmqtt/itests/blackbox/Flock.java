package io.fluxmqtt.itests.blackbox;

import io.fluxmqtt.itests.kit.BrokerAddress;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.RawPacket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/** Short-lived clients by the thousand, on one thread; those that extend it say what they do. */
abstract class Flock implements AutoCloseable {
  private static final int BUFFER_BYTES = 1_024;

  private final InetSocketAddress address;
  private final Selector selector = Selector.open();
  private final Thread thread = new Thread(this::run, getClass().getSimpleName());
  private final ConcurrentLinkedQueue<String> faults = new ConcurrentLinkedQueue<>();
  private volatile boolean closed;

  Flock(BrokerAddress broker) throws IOException {
    address = new InetSocketAddress(broker.host(), broker.port());
  }

  /** Begins. */
  void launch() {
    thread.setDaemon(true);
    thread.start();
  }

  /** What must not have happened, a line each. */
  List<String> faults() {
    return List.copyOf(faults);
  }

  void fault(String what) {
    faults.add(what);
  }

  /** Called on the thread again and again, with pauses of some milliseconds at most. */
  abstract void tick(long nanoTime) throws IOException;

  /** Closes all sockets and ends the thread. */
  @Override
  public void close() throws InterruptedException {
    closed = true;
    selector.wakeup();
    thread.join(TimeUnit.SECONDS.toMillis(10));
  }

  private void run() {
    try {
      while (!closed) {
        tick(System.nanoTime());
        selector.select(key -> ((Bird) key.attachment()).ready(), 2);
      }
      for (SelectionKey key : selector.keys()) {
        key.channel().close();
      }
      selector.close();
    } catch (IOException | RuntimeException e) {
      fault("the thread ended: " + e);
    }
  }

  /** One client; it connects when it is made, and is owned by the thread. */
  abstract class Bird {
    private final ByteBuffer in = ByteBuffer.allocate(BUFFER_BYTES);
    private final ConnectPacket connect;
    private final SocketChannel channel;

    Bird(ConnectPacket connect) throws IOException {
      this.connect = connect;
      channel = SocketChannel.open();
      channel.configureBlocking(false);
      channel.register(selector, SelectionKey.OP_CONNECT, this);
      if (channel.connect(address)) {
        connected();
      }
    }

    int version() {
      return connect.version();
    }

    /** A whole packet has come. */
    abstract void received(RawPacket packet) throws IOException;

    /** The connection has ended, or was never made. */
    abstract void ended(String how);

    /** Sends something small, which always fits into the buffers of the system. */
    void send(byte[] packet) throws IOException {
      if (channel.write(ByteBuffer.wrap(packet)) < packet.length) {
        throw new IOException("the broker does not read");
      }
    }

    private void connected() throws IOException {
      channel.keyFor(selector).interestOps(SelectionKey.OP_READ);
      send(connect.toBytes());
    }

    private void ready() {
      try {
        if (channel.isConnectionPending()) {
          if (channel.finishConnect()) {
            connected();
          }
          return;
        }
        boolean atEnd = channel.read(in) < 0;
        in.flip();
        RawPacket packet;
        while ((packet = RawPacket.take(connect.version(), in)) != null) {
          received(packet);
        }
        in.compact();
        if (atEnd) {
          end("closed by the broker");
        }
      } catch (IOException e) {
        end(e.toString());
      }
    }

    private void end(String how) {
      try {
        channel.close();
      } catch (IOException e) {
        // It is gone either way.
      }
      ended(how);
    }
  }
}
