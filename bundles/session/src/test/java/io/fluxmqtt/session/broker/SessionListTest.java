package io.fluxmqtt.session.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.admin.SessionInfo;
import io.fluxmqtt.api.message.MessageProperties;
import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.spi.auth.Principal;
import io.fluxmqtt.api.spi.store.StoredSession;
import io.fluxmqtt.session.Packet;
import io.fluxmqtt.session.ProtocolVersion;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What the operator sees of sessions. */
class SessionListTest {
  private static final int MANY = 5_000;

  private final Given given = new Given(Fixture.with("sessionsMax", MANY + 10));
  private final Fixture fixture = given.fixture;
  private final Admin admin = new Admin(fixture);

  @Test
  void connectedSessionTellsWhatItHolds() throws Exception {
    TestClient s =
        fixture
            .client()
            .connect(TestClient.connect5("s", false, 100))
            .subscribe("t", QoS.AT_LEAST_ONCE);
    given.publish("1", "2");
    s.writable = false;
    given.publish("3");

    SessionInfo info = admin.session("s");

    assertEquals(new SessionInfo("s", true, true, 1, 1, 66, 2, null, null, null), info);
  }

  @Test
  void sessionThatEndsWithItsConnectionIsNotDurable() throws Exception {
    assertEquals(
        new SessionInfo("publisher", true, false, 0, 0, 0, 0, null, null, null),
        admin.session("publisher"));
  }

  @Test
  void absentSessionTellsSinceWhenAndWhatFallsDue() throws Exception {
    fixture.client().connect(withWill("s", 100, 40)).cut();

    fixture.pass(30);
    assertEquals(new SessionInfo("s", false, true, 0, 0, 0, 0, 30L, 70L, 10L), admin.session("s"));
    fixture.pass(10);
    assertEquals(new SessionInfo("s", false, true, 0, 0, 0, 0, 40L, 60L, null), admin.session("s"));
  }

  @Test
  void sessionThatNeverExpiresSaysSo() throws Exception {
    fixture.client().connect(TestClient.connect3("s", false)).cut();
    fixture.pass(7);
    SessionInfo info = admin.session("s");
    assertEquals(7L, info.disconnectedSeconds());
    assertNull(info.expiresInSeconds());
  }

  @Test
  void timeBeforeTheStartCounts() throws Exception {
    Fixture restarted = new Fixture(Fixture.SETTINGS);
    restarted.pass(50);
    restarted.stores.keep(
        visitor ->
            visitor.session(new StoredSession(1, "s", Principal.ANONYMOUS, 100, 20_000L, null, 0)));
    new Recovery(restarted.broker).run();
    restarted.settle();

    SessionInfo info = new Admin(restarted).session("s");

    assertFalse(info.connected());
    assertEquals(30L, info.disconnectedSeconds());
    assertEquals(70L, info.expiresInSeconds());
  }

  @Test
  void manyAreListedInOrderAndAFewInATurnOfTheLoop() throws Exception {
    for (int i = 0; i < MANY; i++) {
      fixture.client().connect(TestClient.connect5("c" + i, true, 100)).cut();
    }
    CompletionStage<List<SessionInfo>> answer = admin.administration.sessions();

    assertTrue(fixture.house.step());
    assertFalse(answer.toCompletableFuture().isDone());
    int turns = 1;
    while (fixture.house.step()) {
      turns++;
    }
    assertTrue(turns >= MANY / 1_024, turns + " turns");

    List<String> ids = admin.answer(answer).stream().map(SessionInfo::clientId).toList();
    List<String> expected = new ArrayList<>(List.of("publisher"));
    IntStream.range(0, MANY).forEach(i -> expected.add("c" + i));
    assertEquals(expected.stream().sorted().toList(), ids);
  }

  @Test
  void sessionThatEndsMeanwhileIsNotListed() throws Exception {
    TestClient s = fixture.client().connect(TestClient.connect5("s", false, 100));
    fixture.broker.sessions().find("s").command(() -> fixture.broker.sessions().find("s").purge());
    assertEquals(
        List.of("publisher"),
        admin.answer(admin.administration.sessions()).stream().map(SessionInfo::clientId).toList());
    assertTrue(s.closed);
  }

  @Test
  void nobodyIsListedWhereNobodyIs() throws IOException, Exception {
    assertEquals(List.of(), new Admin(new Fixture(Fixture.SETTINGS)).sessions());
  }

  private static Packet.Connect withWill(String clientId, long expiry, long delay) {
    Packet.Will will =
        new Packet.Will(
            "will",
            Payload.ofUtf8("gone"),
            QoS.AT_LEAST_ONCE,
            false,
            MessageProperties.NONE,
            delay);
    return TestClient.connect(ProtocolVersion.V5_0, clientId, false, expiry, will, 65_535);
  }
}
