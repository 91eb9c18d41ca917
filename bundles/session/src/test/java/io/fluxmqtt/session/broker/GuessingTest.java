package io.fluxmqtt.session.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.admin.RefusalInfo;
import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.spi.auth.Authentication;
import io.fluxmqtt.api.spi.auth.Principal;
import io.fluxmqtt.session.Packet;
import io.fluxmqtt.session.ProtocolVersion;
import io.fluxmqtt.session.access.AccessSettings;
import io.fluxmqtt.session.access.FailureLimits;
import io.fluxmqtt.session.access.Plugin;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** An address from which authentications fail. */
class GuessingTest {
  private static final int RATE_EXCEEDED = 0x9F;
  private static final int BAD_PASSWORD = 0x86;

  private final Fixture fixture = new Fixture(Fixture.with("refusalsMax", 30));
  private int asked;

  GuessingTest() {
    fixture.access.configure(
        AccessSettings.of(List.of("all"), List.of("rules"))
            .withInline(Set.of("test"))
            .withFailureLimits(new FailureLimits(3, Duration.ofSeconds(60), List.of())));
    fixture.access.putAuthenticator(
        new Plugin<>(
            "all",
            "test",
            true,
            Fixture.AUTHENTICATOR,
            credentials -> {
              asked++;
              Payload password = credentials.password();
              boolean isRight = password != null && password.toUtf8().equals("right");
              return CompletableFuture.completedFuture(
                  isRight
                      ? new Authentication.Accepted(Principal.user("ann"))
                      : new Authentication.Rejected(ReasonCode.BAD_USER_NAME_OR_PASSWORD));
            }));
  }

  private int code(ProtocolVersion version, String clientId, @Nullable String password) {
    Packet.Connect connect =
        new Packet.Connect(
            version,
            clientId,
            true,
            60,
            null,
            password == null ? null : "ann",
            password == null ? null : Payload.ofUtf8(password),
            0,
            65_535,
            0xFFFF_FFFFL,
            0,
            false,
            true,
            null,
            null);
    TestClient client = fixture.client().connect(connect);
    int code = client.last(Packet.ConnAck.class).code();
    assertEquals(code != 0, client.closed);
    return code;
  }

  private int code(String clientId, @Nullable String password) {
    return code(ProtocolVersion.V5_0, clientId, password);
  }

  @Test
  void guesserIsRefusedWithoutBeingJudgedAndSaidSoOnce() {
    for (int i = 0; i < 3; i++) {
      assertEquals(BAD_PASSWORD, code("thief", "guess" + i));
    }
    assertEquals(3, asked);
    for (int i = 0; i < 20; i++) {
      assertEquals(RATE_EXCEEDED, code("thief", "right"));
    }
    assertEquals(3, code(ProtocolVersion.V3_1_1, "thief", "right"));
    assertEquals(3, asked);
    assertEquals(
        21, fixture.broker.counters().refusals().get("connection_rate_exceeded").longValue());

    List<RefusalInfo> refusals = new Admin(fixture).administration.refusals();
    List<RefusalInfo> slowed =
        refusals.stream()
            .filter(info -> info.refusal().reason() == ReasonCode.CONNECTION_RATE_EXCEEDED)
            .toList();
    assertEquals(1, slowed.size(), refusals::toString);
    assertEquals(1, slowed.get(0).times());
    assertTrue(slowed.get(0).refusal().by().contains("3 failed authentications"));

    fixture.pass(2);
    assertEquals(0, code("thief", "right"), "it was only forgetful");
    assertEquals(0, code("thief", "right"));
  }

  @Test
  void neighboursOfAGuesserGetIn() {
    for (int i = 0; i < 3; i++) {
      code("thief", "guess" + i);
    }
    for (int i = 0; i < 10; i++) {
      assertEquals(0, code("good" + i, "right"));
    }
    assertEquals(RATE_EXCEEDED, code("good10", "right"));
    fixture.pass(1);
    assertEquals(0, code("good10", "right"));
  }

  @Test
  void whoShowsNothingDoesNotGuess() {
    for (int i = 0; i < 20; i++) {
      assertEquals(BAD_PASSWORD, code("shy", null));
    }
    assertEquals(20, asked);
  }
}
