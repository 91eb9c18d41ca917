package io.fluxmqtt.itests.faults.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.kit.BrokerAddress;
import io.fluxmqtt.itests.kit.Wire;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Against a broker that acknowledges so many and then is gone. */
@Timeout(30)
final class KeeperTest {
  private final Findings findings = new Findings("test");
  private final Keeper keeper = new Keeper(7, 1, 4, findings);

  @Test
  void nothingIsThereBeforeAnythingWasSent() {
    assertEquals(Set.of(Keeper.NONE), keeper.allowed(3));
  }

  @Test
  void theLastAcknowledgedOrWhatWasSentAfterIt() throws Exception {
    int sent = publish(25);
    assertEquals(candidates(24, sent), keeper.allowed(4));
    assertEquals(candidates(5, sent), keeper.allowed(5));
    assertEquals(Set.of(), Set.copyOf(findings.texts()));
  }

  /** What a topic may be whose last acknowledged number is known. */
  private static Set<Integer> candidates(int acknowledged, int sent) {
    Set<Integer> numbers = new HashSet<>();
    for (int number = acknowledged; number < sent; number += Keeper.TOPICS) {
      numbers.add(number);
    }
    return numbers;
  }

  @Test
  void aRemovalMeansNone() throws Exception {
    int first = Keeper.TOPICS * 6; // the seventh round of topics removes
    publish(first + 1);
    assertTrue(keeper.allowed(0).contains(Keeper.NONE));
    assertFalse(keeper.allowed(0).contains(Keeper.TOPICS * 5));
  }

  /** Sends until so many are acknowledged; returns how many were sent. */
  private int publish(int acknowledged) throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      CompletableFuture<Void> done = CompletableFuture.runAsync(() -> serve(server, acknowledged));
      keeper.allow(1e9);
      keeper.run(BrokerAddress.loopback(server.getLocalPort()), () -> true, done::isDone);
      done.get();
    }
    assertEquals(acknowledged, keeper.acknowledged());
    return keeper.sent();
  }

  private static void serve(ServerSocket server, int acknowledged) {
    try (Socket socket = server.accept()) {
      DataInputStream in = new DataInputStream(socket.getInputStream());
      read(in);
      socket.getOutputStream().write(Wire.packet(Wire.CONNACK << 4, Wire.bytes(0, 0)));
      for (int i = 0; i < acknowledged; i++) {
        byte[] publish = read(in);
        int at = 2 + (publish[0] << 8 | publish[1] & 0xFF);
        int id = (publish[at] & 0xFF) << 8 | publish[at + 1] & 0xFF;
        socket.getOutputStream().write(Wire.acknowledge(Wire.PUBACK, id));
      }
      socket.shutdownOutput(); // and no reset, which could overtake the last answer
      in.readAllBytes();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] read(DataInputStream in) throws IOException {
    in.readByte();
    int length = 0;
    int next;
    int shift = 0;
    do {
      next = in.readByte();
      length |= (next & 0x7F) << shift;
      shift += 7;
    } while (next < 0);
    byte[] body = new byte[length];
    in.readFully(body);
    return body;
  }
}
