package io.fluxmqtt.itests.faults.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.faults.load.Findings.Kind;
import io.fluxmqtt.itests.kit.BrokerAddress;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.Wire;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Those who watch over what is rare find out whoever breaks its word. */
@Timeout(30)
final class PromisesTest {
  private static final int SUCCESS = 0;
  private static final int NO_MATCHING_SUBSCRIBERS = 0x10;

  private final Findings findings = new Findings("test");

  /** A broker that gives each PUBACK this code, and says yes to all else. */
  private void meet(Actor actor, boolean sessionPresent, int code, int questions) throws Exception {
    AtomicInteger left = new AtomicInteger(questions);
    try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getByName("127.0.0.1"))) {
      CompletableFuture.runAsync(() -> serve(server, sessionPresent, code));
      BrokerAddress broker = BrokerAddress.loopback(server.getLocalPort());
      actor.run(broker, () -> left.getAndDecrement() > 0, () -> false);
    }
  }

  private static void serve(ServerSocket server, boolean sessionPresent, int code) {
    while (!server.isClosed()) {
      try {
        Socket accepted = server.accept(); // closed by whoever serves it
        CompletableFuture.runAsync(() -> serve(accepted, sessionPresent, code));
      } catch (IOException e) {
        return; // the test is over
      }
    }
  }

  private static void serve(Socket accepted, boolean sessionPresent, int code) {
    try (Socket socket = accepted) {
      answer(socket, sessionPresent, code);
    } catch (IOException e) {
      // the client has left
    }
  }

  private static void answer(Socket socket, boolean sessionPresent, int code) throws IOException {
    DataInputStream in = new DataInputStream(socket.getInputStream());
    while (true) {
      int first = in.readUnsignedByte();
      byte[] body = new byte[in.readUnsignedByte()];
      in.readFully(body);
      RawPacket packet = new RawPacket(5, first, body);
      if (packet.type() == Wire.DISCONNECT) {
        return;
      }
      boolean isClean = packet.type() == Wire.CONNECT && (body[7] & 2) != 0;
      byte[] answer =
          switch (packet.type()) {
            case Wire.CONNECT ->
                Wire.packet(
                    Wire.CONNACK << 4, Wire.bytes(sessionPresent && !isClean ? 1 : 0, 0, 0));
            case Wire.PUBLISH -> Wire.acknowledge(Wire.PUBACK, packet.packetId(), code);
            case Wire.SUBSCRIBE ->
                Wire.packet(Wire.SUBACK << 4, Wire.bytes(body[0], body[1], 0, 1));
            case Wire.UNSUBSCRIBE ->
                Wire.packet(Wire.UNSUBACK << 4, Wire.bytes(body[0], body[1], 0, 0));
            default -> new byte[0];
          };
      socket.getOutputStream().write(answer);
    }
  }

  @Test
  void aSubscriptionThatIsNotThereIsFound() throws Exception {
    Fickle fickle = new Fickle("fickle", findings);
    meet(fickle, true, NO_MATCHING_SUBSCRIBERS, 20);
    assertTrue(findings.count(Kind.SESSION) > 0, findings::summary);
    assertTrue(findings.texts().get(0).contains("no Subscription any more"), findings::summary);
  }

  @Test
  void aSubscriptionThatWasEndedIsFound() throws Exception {
    Fickle fickle = new Fickle("fickle", findings);
    meet(fickle, true, SUCCESS, 20);
    assertTrue(findings.count(Kind.SESSION) > 0, findings::summary);
    assertTrue(findings.texts().get(0).contains("that was ended"), findings::summary);
  }

  private Freshness freshness(Perishable publisher) {
    Inbox inbox = new Inbox("fresh", Map.of(5, 1), false, findings);
    Freshness freshness = new Freshness(publisher, inbox, findings);
    freshness.welcomed(true);
    return freshness;
  }

  private static RawPacket packet(int flags, int number, long expiry) {
    byte[] whole =
        Wire.publish(
            flags,
            "t",
            1,
            new Letter(5, number).payload(20),
            Wire.property(Wire.MESSAGE_EXPIRY, Wire.u32(expiry)));
    byte[] body = Arrays.copyOfRange(whole, 2, whole.length);
    return new RawPacket(5, Wire.PUBLISH << 4 | flags, body);
  }

  @Test
  void whatExpiresLaterThanItShouldIsFound() {
    Freshness freshness = freshness(new Perishable(5, findings));
    freshness.examine(new Letter(5, 0), packet(2, 0, Perishable.SHORT_SECONDS));
    assertEquals(0, findings.count(Kind.PROTOCOL));
    freshness.examine(new Letter(5, 0), packet(2, 0, Perishable.SHORT_SECONDS + 1));
    assertEquals(1, findings.count(Kind.PROTOCOL));
  }

  @Test
  void whatHadExpiredIsFoundUnlessItWasSentBefore() {
    Perishable publisher =
        new Perishable(5, findings) {
          @Override
          Long takenNanos(int number) {
            return System.nanoTime() - 10_000_000_000L;
          }
        };
    Freshness freshness = freshness(publisher);
    freshness.examine(new Letter(5, 1), packet(2, 1, 7));
    freshness.examine(new Letter(5, 3), packet(2 | 8, 3, 1));
    assertEquals(0, findings.count(Kind.EXPIRED));
    freshness.examine(new Letter(5, 3), packet(2, 3, 1));
    assertEquals(1, findings.count(Kind.EXPIRED));
  }

  @Test
  void theLastWillIsOwedOnceItsClientWasWelcome() {
    Mortal mortal = new Mortal(200, findings);
    mortal.greeting();
    mortal.bury();
    assertTrue(mortal.owed().isEmpty(), "nobody knows whether the broker has it");
    mortal.greeting();
    mortal.welcomed(false);
    mortal.bury();
    assertEquals("{1}", mortal.owed().toString());
    mortal.bury();
    assertEquals("{1}", mortal.owed().toString());
  }

  @Test
  void theWillOfWhoSaidGoodbyeIsFound() throws Exception {
    for (int id = 0; id < 30 && findings.isEmpty(); id++) { // each lives as its id says
      Mortal mortal = new Mortal(id, findings);
      meet(mortal, true, SUCCESS, 25);
      Inbox inbox = new Inbox("mourner", Map.of(id, 2), false, findings);
      mortal.check(inbox);
      assertTrue(findings.isEmpty(), () -> findings.texts().toString());
      for (int life = 0; life < 50; life++) {
        inbox.deliver(new Letter(id, life));
      }
      mortal.check(inbox);
    }
    assertTrue(findings.count(Kind.PROTOCOL) > 0, "one life of three ends so");
  }
}
