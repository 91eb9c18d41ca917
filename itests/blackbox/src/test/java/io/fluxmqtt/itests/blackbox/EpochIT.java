package io.fluxmqtt.itests.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fluxmqtt.itests.kit.Await;
import io.fluxmqtt.itests.kit.BrokerAddress;
import io.fluxmqtt.itests.kit.BrokerProcess;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.Wire;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A rule is taken away and comes back while many are subscribed: what is not allowed any more is
 * not delivered, what is allowed again is, nobody is closed and nobody has to do anything.
 */
class EpochIT {
  private static final String REVOKED = "io.fluxmqtt.acl-revoked.cfg";
  private static final int CLIENTS = 500;
  private static final int FILTERS = 10; // of each
  private static final int MANY = 5_000; // of one
  private static final int QUEUED = 1_500;
  private static final int NOT_AUTHORIZED = 0x87;

  private BrokerProcess process;
  private BrokerAddress broker;
  private RawClient publisher;
  private RawClient many;
  private RawClient free;
  private final List<RawClient> workers = new ArrayList<>();
  private final List<RawClient> clients = new ArrayList<>();

  @BeforeEach
  void start() throws Exception {
    process = BrokerProcess.prepare("epochs");
    process.write("io.fluxmqtt.acl-default.cfg", "rule.all = allow both topic=#\n");
    broker = process.start().address();
    publisher = connect("publisher");
  }

  @AfterEach
  void stop() throws Exception {
    for (RawClient client : clients) {
      client.close();
    }
    process.close();
  }

  private RawClient connect(String id) throws IOException {
    RawClient client = RawClient.connected(broker, ConnectPacket.v5(id));
    clients.add(client);
    return client;
  }

  private RawClient sleeper() throws IOException {
    RawClient client =
        RawClient.connected(broker, ConnectPacket.v5("sleeper").resume().sessionExpiry(3_600));
    clients.add(client);
    return client;
  }

  @Test
  void whatIsRevokedRestsAndComesBackByItself() throws Exception {
    List<RawClient> readers = subscribeAll();
    RawClient sleeper = sleeper();
    assertEquals(1, sleeper.subscribe("plant/queue", 1));
    assertEquals(1, sleeper.subscribe("free/queue", 1));
    sleeper.disconnect();
    for (int i = 0; i < QUEUED; i++) {
      publisher.publish("plant/queue", "queued " + i);
    }
    publisher.publish("free/queue", "free");
    free.take("free");
    publisher.publishRetained("plant/kept", "kept");

    int mark = process.mark();
    process.write(
        REVOKED,
        """
        rule.plant = deny subscribe topic=plant/# priority=10
        rule.shared = deny subscribe topic=jobs/# priority=10
        """);
    String line = process.awaitLine("subscriptions suspended", mark, Duration.ofSeconds(20));
    System.out.println("EpochIT: " + line);
    sleeper = sleeper();
    sleeper.take("free");
    publishToAll("revoked");
    sleeper.expectNothing();
    for (RawClient reader : readers) {
      reader.ping();
    }
    many.ping();
    for (RawClient worker : workers) {
      worker.ping();
    }
    free.take("revoked");
    assertEquals(NOT_AUTHORIZED, connect("late").subscribe("plant/kept", 1));

    mark = process.mark();
    Files.delete(process.etc().resolve(REVOKED));
    line = process.awaitLine("subscriptions suspended", mark, Duration.ofSeconds(20));
    System.out.println("EpochIT: " + line);
    for (int i = 0; i < QUEUED; i++) {
      sleeper.take("queued " + i);
    }
    publishToAll("restored");
    for (RawClient reader : readers) {
      reader.take("restored");
    }
    many.take("restored");
    assertEquals(2, takeJobs());
    free.take("restored");
    RawClient late = connect("later");
    assertEquals(1, late.subscribe("plant/kept", 1));
    late.take("kept");
  }

  @Test
  void whoLosesASubscriptionIsClosedIfConfigured() throws Exception {
    RawClient reader = connect("reader");
    assertEquals(1, reader.subscribe("plant/a", 1));
    RawClient other = connect("other");
    assertEquals(1, other.subscribe("free/a", 1));
    int mark = process.mark();
    process.set("io.fluxmqtt.session.cfg", "disconnectRevoked", true);
    revoke("deny subscribe topic=plant/#", mark);
    reader.expectDisconnect(NOT_AUTHORIZED);
    other.ping();
  }

  @Test
  void retainedMessageIsWithheldWithItsOwnersRight() throws Exception {
    publisher.publishRetained("plant/kept", "kept");
    publisher.publishRetained("plant/last", "last");
    revoke("deny publish topic=plant/kept client=publisher", process.mark());
    RawClient reader = connect("reader");
    assertEquals(1, reader.subscribe("plant/#", 1));
    reader.take("last");
    reader.ping();
    process.set("io.fluxmqtt.session.cfg", "retainedOwnerCheck", false);
    Await.until("owners do not count", () -> countRetained() == 2);
  }

  private int countRetained() throws IOException {
    try (RawClient reader = RawClient.connected(broker, ConnectPacket.v5("counts"))) {
      reader.subscribe("plant/#", 0);
      reader.send(Wire.pingReq());
      int count = 0;
      while (reader.receive().type() != Wire.PINGRESP) {
        count++;
      }
      return count;
    }
  }

  private void revoke(String rule, int mark) throws Exception {
    process.write(REVOKED, "rule.revoked = " + rule + " priority=10\n");
    process.awaitLine("subscriptions suspended", mark, Duration.ofSeconds(20));
  }

  private List<RawClient> subscribeAll() throws IOException {
    List<RawClient> readers = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      RawClient reader = connect("reader-" + i);
      for (int k = 0; k < FILTERS; k++) {
        assertEquals(1, reader.subscribe("plant/" + i + "/" + k, 1));
      }
      readers.add(reader);
    }
    many = connect("many");
    for (int i = 0; i < MANY; i++) {
      assertEquals(1, many.subscribe("plant/many/" + i, 1));
    }
    for (int i = 0; i < 2; i++) {
      RawClient worker = connect("worker-" + i);
      assertEquals(1, worker.subscribe("$share/g/jobs/#", 1));
      workers.add(worker);
    }
    free = connect("free");
    assertEquals(1, free.subscribe("free/#", 1));
    return readers;
  }

  private void publishToAll(String text) throws IOException {
    for (int i = 0; i < CLIENTS; i++) {
      publisher.publish("plant/" + i + "/" + i % FILTERS, text);
    }
    publisher.publish("plant/many/" + (MANY - 1), text);
    publisher.publish("jobs/1", text);
    publisher.publish("jobs/2", text);
    publisher.publish("free/a", text);
  }

  /** How many of the shared messages came. */
  private int takeJobs() throws IOException {
    int count = 0;
    for (RawClient worker : workers) {
      worker.send(Wire.pingReq());
      for (RawPacket packet = worker.receive();
          packet.type() != Wire.PINGRESP;
          packet = worker.receive()) {
        assertEquals("restored", packet.payloadText());
        worker.acknowledge(packet);
        count++;
      }
    }
    return count;
  }
}
