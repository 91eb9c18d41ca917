package io.fluxmqtt.itests.kit;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A wire between a client and the broker that a test can cut and tap: a proxy on a port of its own.
 */
public final class Cable implements AutoCloseable {
  private static final int BUFFER_BYTES = 65_536;

  /** What sees the bytes of one direction, before they are passed on. */
  private interface Ear {
    void hear(byte[] buffer, int length);
  }

  /** One connection through the cable; either end closes both. */
  private final class Strand {
    private final Socket client;
    private final Socket target;
    private final WireTap tap = new WireTap();

    Strand(Socket client, Socket target) throws IOException {
      this.client = client;
      this.target = target;
      client.setTcpNoDelay(true);
      target.setTcpNoDelay(true);
    }

    void start() {
      strands.add(this);
      if (tapped) {
        taps.add(tap);
      }
      run("up", () -> copy(client, target, tapped ? tap::up : (bytes, length) -> {}));
      run("down", () -> copy(target, client, tapped ? tap::down : (bytes, length) -> {}));
    }

    private void copy(Socket from, Socket to, Ear ear) {
      byte[] buffer = new byte[BUFFER_BYTES];
      try {
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream();
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
          ear.hear(buffer, n);
          out.write(buffer, 0, n);
        }
      } catch (IOException e) {
        // One side has ended; so does the other.
      } finally {
        end();
      }
    }

    void end() {
      closeQuietly(client);
      closeQuietly(target);
      strands.remove(this);
      tap.end();
    }
  }

  private final BrokerAddress broker;
  private final boolean tapped;
  private final ServerSocket server;
  private final Set<Strand> strands = ConcurrentHashMap.newKeySet();
  private final List<WireTap> taps = new CopyOnWriteArrayList<>();

  private Cable(BrokerAddress broker, boolean tapped) throws IOException {
    this.broker = broker;
    this.tapped = tapped;
    server = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
    run("accept", this::acceptAll);
  }

  public static Cable to(BrokerAddress broker) throws IOException {
    return new Cable(broker, false);
  }

  /** A cable that writes down the packets of each connection. */
  public static Cable tapped(BrokerAddress broker) throws IOException {
    return new Cable(broker, true);
  }

  /** Where the client connects. */
  public BrokerAddress address() {
    return BrokerAddress.loopback(server.getLocalPort());
  }

  /** Of a tapped cable: one tap for each connection so far, in the order of their beginning. */
  public List<WireTap> taps() {
    return List.copyOf(taps);
  }

  /** Ends all present connections on both sides; later ones work again. */
  public void cut() {
    strands.forEach(Strand::end);
  }

  /** Takes no more connections; those that are there go on. */
  public void unplug() throws IOException {
    server.close();
  }

  @Override
  public void close() throws IOException {
    unplug();
    cut();
  }

  private void acceptAll() {
    while (!server.isClosed()) {
      try {
        Socket client = server.accept();
        try {
          new Strand(client, new Socket(broker.host(), broker.port())).start();
        } catch (IOException e) {
          closeQuietly(client); // The broker is down: the client finds out by itself.
        }
      } catch (IOException e) {
        // Unplugged.
      }
    }
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // It is gone either way.
    }
  }

  private void run(String name, Runnable task) {
    Thread thread = new Thread(task, "cable-" + server.getLocalPort() + "-" + name);
    thread.setDaemon(true);
    thread.start();
  }
}
