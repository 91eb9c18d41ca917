package io.fluxmqtt.session.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.message.MessageProperties;
import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.spi.store.SessionChange;
import io.fluxmqtt.session.Packet;
import io.fluxmqtt.session.ProtocolVersion;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

/** An operator ends sessions for good. */
class PurgeTest {
  private final Given given = new Given(Fixture.SETTINGS);
  private final Fixture fixture = given.fixture;
  private final Admin admin = new Admin(fixture);

  @Test
  void absentSessionLosesAllItHad() throws Exception {
    given.durable("s").subscribe("t", QoS.AT_LEAST_ONCE).cut();
    given.publish("1", "2");

    assertTrue(admin.purge("s"));

    assertNull(fixture.broker.sessions().find("s"));
    assertEquals(1, removed());
    assertEquals(0, admin.queuedMessages());
    assertEquals(0, admin.queuedBytes());
    assertEquals(0, admin.administration.snapshot().subscriptions());
    given.publish("3");
    TestClient again = given.durable("s");
    assertFalse(again.last(Packet.ConnAck.class).sessionPresent());
    assertEquals(List.of(), again.payloads());
  }

  @Test
  void connectedClientIsToldWhyAndItsSessionIsGone() throws Exception {
    TestClient s = given.durable("s").subscribe("t", QoS.AT_LEAST_ONCE);
    given.publish("1");

    assertTrue(admin.purge("s"));

    assertEquals(ReasonCode.ADMINISTRATIVE_ACTION, s.reason());
    assertTrue(s.closed);
    assertNull(fixture.broker.sessions().find("s"));
    assertEquals(1, removed());
    assertEquals(1, admin.administration.snapshot().connections(), "the publisher's");
    TestClient again = given.durable("s");
    assertFalse(again.last(Packet.ConnAck.class).sessionPresent());
    assertEquals(List.of(), again.payloads(), "what was in flight is gone too");
  }

  @Test
  void nothingIsPurgedWhereNothingIs() throws Exception {
    assertFalse(admin.purge("ghost"));
    assertFalse(admin.purgeIfAway("ghost", 0));
  }

  @Test
  void sessionThatWasNeverStoredNeedsNoStore() throws Exception {
    fixture.client().connect("s");
    fixture.stores.hold();
    assertTrue(admin.purge("s"));
    assertEquals(0, removed());
  }

  @Test
  void delayedWillIsPublishedAsTheSessionEnds() throws Exception {
    TestClient watcher = fixture.client().connect("watcher").subscribe("will", QoS.AT_LEAST_ONCE);
    fixture.client().connect(withWill("away", 50)).cut();
    fixture.client().connect(withWill("here", 50));

    assertEquals(List.of(), watcher.payloads());
    assertTrue(admin.purge("away"));
    assertEquals(List.of("gone"), watcher.payloads());
    assertTrue(admin.purge("here"));
    assertEquals(List.of("gone", "gone"), watcher.payloads());
    fixture.pass(200);
    assertEquals(2, watcher.payloads().size(), "and once only");
  }

  @Test
  void purgeIsDoneWhenItIsInTheStore() throws Exception {
    given.durable("s").cut();
    fixture.stores.hold();
    CompletableFuture<Boolean> purged = admin.administration.purge("s").toCompletableFuture();
    fixture.settle();
    assertEquals(1, removed());
    assertFalse(purged.isDone());
    fixture.stores.release();
    assertTrue(admin.answer(purged));
  }

  @Test
  void storeThatCannotRemoveItIsTold() {
    given.durable("s").cut();
    fixture.stores.failWith(new IOException("disk full"));
    ExecutionException failure = assertThrows(ExecutionException.class, () -> admin.purge("s"));
    assertInstanceOf(IOException.class, failure.getCause());
    assertEquals(
        "the session of client s has ended, but the store could not remove it, so it comes back"
            + " with the next start: disk full",
        failure.getCause().getMessage());
    assertNull(fixture.broker.sessions().find("s"));
  }

  @Test
  void onlyWhoIsAwayLongEnoughIsPurged() throws Exception {
    given.durable("s").cut();
    fixture.pass(29);
    assertFalse(admin.purgeIfAway("s", 30));
    fixture.pass(1);
    assertTrue(admin.purgeIfAway("s", 30));
    assertNull(fixture.broker.sessions().find("s"));
  }

  @Test
  void whoComesBackMeanwhileLosesNothing() throws Exception {
    given.durable("s").cut();
    fixture.pass(30);
    TestClient s = fixture.clientOnOtherLoop();
    s.handOver(TestClient.connect5("s", false, 100));
    assertTrue(fixture.two.run());
    assertFalse(admin.purgeIfAway("s", 0)); // asked before it is back, decided after
    assertTrue(s.last(Packet.ConnAck.class).sessionPresent());
    assertFalse(s.closed);
  }

  @Test
  void sessionThatFollowsOneThatEndsMeanwhileIsPurgedInstead() throws Exception {
    given.durable("s").cut();
    Session first = fixture.broker.sessions().find("s");
    TestClient next = fixture.client();
    next.handOver(TestClient.connect5("s", true, 100)); // Clean Start ends the first
    assertTrue(fixture.one.run());
    first.command(fixture.one::run); // which opens another before the next command
    CompletableFuture<Boolean> purged = admin.administration.purge("s").toCompletableFuture();

    assertTrue(admin.answer(purged));

    assertTrue(first.isEnded());
    assertEquals(ReasonCode.ADMINISTRATIVE_ACTION, next.reason());
    assertNull(fixture.broker.sessions().find("s"));
  }

  private int removed() {
    return fixture.stores.changes(SessionChange.RemoveSession.class).size();
  }

  private static Packet.Connect withWill(String clientId, long delay) {
    Packet.Will will =
        new Packet.Will(
            "will",
            Payload.ofUtf8("gone"),
            QoS.AT_LEAST_ONCE,
            false,
            MessageProperties.NONE,
            delay);
    return TestClient.connect(ProtocolVersion.V5_0, clientId, false, 100, will, 65_535);
  }
}
