package io.fluxmqtt.session.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.spi.auth.Authentication;
import io.fluxmqtt.api.spi.auth.Principal;
import io.fluxmqtt.api.spi.store.StoredSession;
import io.fluxmqtt.session.Packet;
import io.fluxmqtt.session.ProtocolVersion;
import io.fluxmqtt.session.access.Plugin;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OwnershipTest {
  private static final int NOT_AUTHORIZED = 0x87;

  private Fixture fixture = believing(new Fixture());

  /** Everybody is who it says; whoever says "nobody" is not let in. */
  private static Fixture believing(Fixture fixture) {
    authenticate(fixture, name -> new Principal(name, Set.of()));
    return fixture;
  }

  private static void authenticate(Fixture fixture, Function<@Nullable String, Principal> who) {
    fixture.access.putAuthenticator(
        new Plugin<>(
            "all",
            "test",
            true,
            Fixture.AUTHENTICATOR,
            credentials ->
                CompletableFuture.completedFuture(
                    "nobody".equals(credentials.userName())
                        ? new Authentication.Rejected(ReasonCode.BAD_USER_NAME_OR_PASSWORD)
                        : new Authentication.Accepted(who.apply(credentials.userName())))));
  }

  private static Packet.Connect connect(@Nullable String user, boolean cleanStart, long expiry) {
    return connect(ProtocolVersion.V5_0, user, cleanStart, expiry);
  }

  private static Packet.Connect connect(
      ProtocolVersion version, @Nullable String user, boolean cleanStart, long expiry) {
    return new Packet.Connect(
        version,
        "id",
        cleanStart,
        60,
        null,
        user,
        null,
        expiry,
        65_535,
        0xFFFF_FFFFL,
        0,
        false,
        true,
        null,
        null);
  }

  private static int code(TestClient client) {
    return client.last(Packet.ConnAck.class).code();
  }

  @ParameterizedTest
  @CsvSource({"ann, bob", "ann,", ", bob", "ann, Ann"})
  void anotherIdentityIsRefusedAndTheVictimNoticesNothing(
      @Nullable String owner, @Nullable String stranger) {
    TestClient victim = fixture.client().connect(connect(owner, true, 1_000));
    victim.subscribe("t", QoS.AT_LEAST_ONCE);
    int before = victim.sent.size();
    for (boolean cleanStart : new boolean[] {true, false}) {
      TestClient thief = fixture.clientOnOtherLoop();
      thief.connect(connect(stranger, cleanStart, 1_000));
      assertEquals(NOT_AUTHORIZED, code(thief));
      assertTrue(thief.closed);
      assertEquals(1, thief.sent.size());
    }
    assertFalse(victim.closed);
    assertEquals(before, victim.sent.size());
    fixture.client().connect("publisher").publish("t", "x", QoS.AT_LEAST_ONCE, 1);
    assertEquals(1, victim.payloads().size());
  }

  @ParameterizedTest
  @CsvSource({"ann, ann", ","})
  void theSameIdentityTakesItsSessionOver(@Nullable String owner, @Nullable String again) {
    TestClient old = fixture.client().connect(connect(owner, true, 1_000));
    TestClient next = fixture.clientOnOtherLoop().connect(connect(again, false, 1_000));
    assertEquals(0, code(next));
    assertTrue(next.last(Packet.ConnAck.class).sessionPresent());
    assertEquals(ReasonCode.SESSION_TAKEN_OVER, old.reason());
  }

  @Test
  void it311ToldFive() {
    fixture.client().connect(connect("ann", true, 1_000));
    TestClient thief = fixture.client();
    thief.connect(connect(ProtocolVersion.V3_1_1, "bob", true, 0));
    assertEquals(5, code(thief));
  }

  @Test
  void sessionThatIsAwayIsNotTakenNorEndedByAStranger() {
    TestClient owner = fixture.client().connect(connect("ann", true, 1_000));
    owner.subscribe("t", QoS.AT_LEAST_ONCE);
    owner.cut();
    assertEquals(NOT_AUTHORIZED, code(fixture.client().connect(connect("bob", true, 0))));
    fixture.client().connect("publisher").publish("t", "kept", QoS.AT_LEAST_ONCE, 1);
    TestClient back = fixture.client().connect(connect("ann", false, 1_000));
    assertTrue(back.last(Packet.ConnAck.class).sessionPresent());
    assertEquals(1, back.payloads().size());
  }

  @Test
  void sessionThatEndsLeavesItsIdentifierToAnybody() {
    fixture.client().connect(connect("ann", true, 0)).cut();
    assertEquals(0, code(fixture.client().connect(connect("bob", true, 0))));
  }

  @Test
  void ownerOutlivesARestart() {
    fixture =
        believing(
            new Fixture(
                Fixture.SETTINGS,
                visitor ->
                    visitor.session(
                        new StoredSession(1, "id", Principal.user("ann"), 1_000, 0L, null, 0))));
    assertEquals(NOT_AUTHORIZED, code(fixture.client().connect(connect("bob", false, 0))));
    TestClient owner = fixture.client().connect(connect("ann", false, 0));
    assertTrue(owner.last(Packet.ConnAck.class).sessionPresent());
  }

  @Test
  void userWhoseGroupsHaveChangedIsTheSame() {
    fixture.client().connect(connect("ann", true, 1_000)).cut();
    authenticate(fixture, name -> new Principal(name, Set.of("other")));
    TestClient owner = fixture.client().connect(connect("ann", false, 0));
    assertTrue(owner.last(Packet.ConnAck.class).sessionPresent());
  }

  @Test
  void ofTwoWhoComeAtOnceExactlyOneMakesTheSession() {
    TestClient one = fixture.client();
    TestClient two = fixture.clientOnOtherLoop();
    one.handOver(connect("ann", true, 100));
    two.handOver(connect("bob", true, 100));
    fixture.settle();
    assertEquals(Set.of(0, NOT_AUTHORIZED), Set.of(code(one), code(two)));
    assertEquals(1, fixture.broker.sessions().size());
    assertTrue(one.closed != two.closed);
  }

  @Test
  void failedAuthenticationChangesNothing() {
    TestClient victim = fixture.client().connect(connect("ann", true, 1_000));
    TestClient guesser = fixture.clientOnOtherLoop().connect(connect("nobody", true, 0));
    assertEquals(ReasonCode.BAD_USER_NAME_OR_PASSWORD.code(), code(guesser));
    assertFalse(victim.closed);
    assertEquals(1, victim.sent.size());
  }

  @Test
  void whoeverComesTakesASessionThatBelongsToNobody() {
    TestClient old = fixture.client().connect(connect("ann", true, 1_000));
    fixture.broker.configure(Fixture.with("ownership", BrokerSettings.Ownership.NONE));
    TestClient next = fixture.client().connect(connect("bob", false, 1_000));
    assertTrue(next.last(Packet.ConnAck.class).sessionPresent());
    assertEquals(ReasonCode.SESSION_TAKEN_OVER, old.reason());
    fixture.broker.configure(Fixture.SETTINGS);
    assertEquals(NOT_AUTHORIZED, code(fixture.client().connect(connect("ann", false, 0))));
  }

  @Test
  void purgeFreesAnIdentifier() throws Exception {
    fixture.client().connect(connect("ann", true, 1_000)).cut();
    assertTrue(new Admin(fixture).purge("id"));
    assertEquals(0, code(fixture.client().connect(connect("bob", false, 0))));
  }
}
