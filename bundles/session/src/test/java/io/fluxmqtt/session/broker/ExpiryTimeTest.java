package io.fluxmqtt.session.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.admin.ClientInfo;
import io.fluxmqtt.api.message.Message;
import io.fluxmqtt.api.message.MessageProperties;
import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.TopicFilter;
import io.fluxmqtt.api.spi.auth.Principal;
import io.fluxmqtt.api.spi.store.SessionChange;
import io.fluxmqtt.api.spi.store.SessionStore;
import io.fluxmqtt.api.spi.store.StoredDelivery;
import io.fluxmqtt.api.spi.store.StoredMessage;
import io.fluxmqtt.api.spi.store.StoredSession;
import io.fluxmqtt.api.spi.store.StoredSubscription;
import io.fluxmqtt.session.Packet;
import io.fluxmqtt.session.ProtocolVersion;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** By what time sessions, messages and Wills expire. The store's time is 0 at the start. */
final class ExpiryTimeTest {
  private static final long FIFTY_YEARS = TimeUnit.DAYS.toMillis(50 * 365);

  @ParameterizedTest
  @ValueSource(longs = {-1, 1})
  void settingTheSystemClockExpiresNothingAndDelaysNothing(long direction) {
    Fixture fixture = new Fixture();
    TestClient watcher = fixture.client().connect("watcher").subscribe("w", QoS.AT_MOST_ONCE);
    fixture.client().connect(withWill("a", 8, 10)).cut();
    fixture
        .client()
        .connect(TestClient.connect5("b", false, 100))
        .subscribe("t", QoS.AT_LEAST_ONCE)
        .cut();
    TestClient publisher = fixture.client().connect("p");
    publisher.give(expiring("t", 10, false), expiring("r", 10, true));
    fixture.pass(7);
    fixture.wallMillis += direction * FIFTY_YEARS;
    assertEquals(List.of(), watcher.payloads());
    fixture.pass(1);
    assertEquals(List.of("gone"), watcher.payloads());
    TestClient reader = fixture.client().connect("r").subscribe("r", QoS.AT_MOST_ONCE);
    assertEquals(2L, reader.last(Packet.Publish.class).properties().expirySeconds());
    assertTrue(isThere(fixture, "a"));
    fixture.pass(3);
    assertTrue(!isThere(fixture, "a"));
    TestClient back = fixture.client().connect(TestClient.connect5("b", false, 100));
    assertEquals(List.of(), back.payloads());
    TestClient late = fixture.client().connect("l").subscribe("r", QoS.AT_MOST_ONCE);
    assertEquals(List.of(), late.payloads());
  }

  @Test
  void shownTimesFollowTheSystemClock() {
    Fixture fixture = new Fixture();
    fixture.client().connect("a");
    fixture.pass(5);
    fixture.wallMillis += FIFTY_YEARS;
    ClientInfo info = fixture.broker.sessions().find("a").report().clientInfo();
    assertEquals(Instant.ofEpochMilli(FIFTY_YEARS), info.since());
  }

  @Test
  void timeAwayCounts() {
    Fixture fixture = keeping(session(-5_000L, 8), null);
    fixture.settle();
    fixture.pass(2);
    assertTrue(isThere(fixture, "kept"));
    fixture.pass(2);
    assertTrue(!isThere(fixture, "kept"));
  }

  @Test
  void whatWasLeftLaterThanNowWasLeftNow() {
    Fixture fixture = keeping(session(60_000L, 5), null); // the mark was older than this
    fixture.settle();
    fixture.pass(4);
    assertTrue(isThere(fixture, "kept"));
    fixture.pass(2);
    assertTrue(!isThere(fixture, "kept"));
  }

  @Test
  void sessionThatWasConnectedAtTheEndIsLeftAtTheStartAndTheStoreKnows() {
    Fixture fixture = keeping(session(null, 5), null);
    fixture.settle();
    assertEquals(List.of(0L), leavings(fixture));
    fixture.pass(6);
    assertTrue(!isThere(fixture, "kept"));
  }

  @Test
  void nothingIsRecordedOfSessionsThatWereLeftBeforeOrNeverExpire() {
    Fixture left = keeping(session(-1_000L, 5), null);
    left.settle();
    assertEquals(List.of(), leavings(left));
    Fixture forGood = keeping(session(null, StoredSession.NEVER_EXPIRES), null);
    forGood.settle();
    assertEquals(List.of(), leavings(forGood));
  }

  @Test
  void sessionThatHasWaitedIsRecordedWithTheTimeItWasLeft() {
    Fixture fixture = new Fixture();
    fixture.pass(3);
    TestClient client = fixture.client().connect(TestClient.connect5("a", false, 100));
    fixture.pass(4);
    client.cut();
    List<SessionChange.PutSession> heads = fixture.stores.changes(SessionChange.PutSession.class);
    assertNull(heads.get(0).session().disconnectedAtMillis());
    assertEquals(7_000L, heads.get(heads.size() - 1).session().disconnectedAtMillis());
  }

  @ParameterizedTest
  @ValueSource(longs = {6_000, 10_000, 60_000})
  void messageComesBackWithWhatIsLeftButNeverWithMoreThanItWasGiven(long expiresAtMillis) {
    Fixture fixture = keeping(session(0L, 1_000), message(10L, expiresAtMillis));
    TestClient back = fixture.client().connect(TestClient.connect5("kept", false, 1_000));
    long left = Math.min(10, expiresAtMillis / 1_000);
    assertEquals(left, back.last(Packet.Publish.class).properties().expirySeconds());
  }

  @Test
  void messageThatExpiredWhileTheBrokerWasAwayIsNotSent() {
    Fixture fixture = keeping(session(0L, 1_000), message(10L, 0));
    TestClient back = fixture.client().connect(TestClient.connect5("kept", false, 1_000));
    assertEquals(List.of(), back.payloads());
  }

  private static List<@Nullable Long> leavings(Fixture fixture) {
    return fixture.stores.changes(SessionChange.PutSession.class).stream()
        .map(change -> change.session().disconnectedAtMillis())
        .toList();
  }

  private static boolean isThere(Fixture fixture, String clientId) {
    return fixture.broker.sessions().all().stream().anyMatch(s -> s.clientId().equals(clientId));
  }

  private static Fixture keeping(StoredSession session, @Nullable StoredMessage message) {
    return new Fixture(Fixture.SETTINGS, visitor -> visit(visitor, session, message));
  }

  private static void visit(
      SessionStore.Visitor visitor, StoredSession session, @Nullable StoredMessage message) {
    visitor.session(session);
    visitor.subscription(
        new StoredSubscription(new TopicFilter(null, "t"), QoS.AT_LEAST_ONCE, false, false, 0, 0));
    if (message != null) {
      visitor.delivery(
          session.number(),
          new StoredDelivery(message.id(), QoS.AT_LEAST_ONCE, false, List.of(), 0),
          message);
    }
  }

  private static StoredSession session(@Nullable Long leftAtMillis, long expirySeconds) {
    return new StoredSession(1, "kept", Principal.ANONYMOUS, expirySeconds, leftAtMillis, null, 0);
  }

  private static StoredMessage message(long givenSeconds, long expiresAtMillis) {
    MessageProperties properties =
        new MessageProperties(null, givenSeconds, null, null, null, List.of());
    Message message = new Message("t", Payload.ofUtf8("x"), QoS.AT_LEAST_ONCE, false, properties);
    return new StoredMessage(1, message, "p", expiresAtMillis);
  }

  private static Packet.Publish expiring(String topic, long seconds, boolean retain) {
    MessageProperties properties =
        new MessageProperties(null, seconds, null, null, null, List.of());
    return new Packet.Publish(
        topic,
        Payload.ofUtf8(topic),
        QoS.AT_LEAST_ONCE,
        false,
        retain,
        retain ? 1 : 2,
        0,
        properties,
        List.of());
  }

  private static Packet.Connect withWill(String clientId, long delay, long expiry) {
    Packet.Will will =
        new Packet.Will(
            "w", Payload.ofUtf8("gone"), QoS.AT_MOST_ONCE, false, MessageProperties.NONE, delay);
    return TestClient.connect(ProtocolVersion.V5_0, clientId, false, expiry, will, 65_535);
  }
}
