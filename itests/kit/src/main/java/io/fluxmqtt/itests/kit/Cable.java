package io.fluxmqtt.itests.kit;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A wire between a client and the broker that a test can cut: a proxy on a port of its own. */
public final class Cable implements AutoCloseable {
  private static final int BUFFER_BYTES = 65_536;

  private final BrokerAddress broker;
  private final ServerSocket server;
  private final Set<Socket> ends = ConcurrentHashMap.newKeySet();

  private Cable(BrokerAddress broker) throws IOException {
    this.broker = broker;
    server = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
    run("accept", this::acceptAll);
  }

  public static Cable to(BrokerAddress broker) throws IOException {
    return new Cable(broker);
  }

  /** Where the client connects. */
  public BrokerAddress address() {
    return BrokerAddress.loopback(server.getLocalPort());
  }

  /** Ends all present connections on both sides; later ones work again. */
  public void cut() {
    for (Socket end : ends) {
      closeQuietly(end);
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    cut();
  }

  private void acceptAll() {
    while (!server.isClosed()) {
      try {
        Socket client = server.accept();
        Socket target = new Socket(broker.host(), broker.port());
        client.setTcpNoDelay(true);
        target.setTcpNoDelay(true);
        ends.add(client);
        ends.add(target);
        run("up", () -> copy(client, target));
        run("down", () -> copy(target, client));
      } catch (IOException e) {
        // Closed, or the broker is down: the client finds out by itself.
      }
    }
  }

  private void copy(Socket from, Socket to) {
    byte[] buffer = new byte[BUFFER_BYTES];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        out.write(buffer, 0, n);
      }
    } catch (IOException e) {
      // One side has ended; so does the other.
    } finally {
      closeQuietly(from);
      closeQuietly(to);
      ends.remove(from);
      ends.remove(to);
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
