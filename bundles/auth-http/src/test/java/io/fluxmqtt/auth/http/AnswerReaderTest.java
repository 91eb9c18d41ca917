package io.fluxmqtt.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.spi.auth.Authentication;
import io.fluxmqtt.api.spi.auth.Principal;
import io.fluxmqtt.auth.http.AnswerReader.BadAnswerException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AnswerReaderTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private final AnswerReader reader = new AnswerReader(Clock.fixed(NOW, ZoneOffset.UTC));

  private Authentication read(int status, String body) throws BadAnswerException {
    return reader.read("ann", status, body.getBytes(StandardCharsets.UTF_8));
  }

  private Principal accepted(String body) throws BadAnswerException {
    return assertInstanceOf(Authentication.Accepted.class, read(200, body)).principal();
  }

  private static Authentication rejected(ReasonCode reason) {
    return new Authentication.Rejected(reason);
  }

  @Test
  void statusAloneSaysWhatIsToBeSaid() throws BadAnswerException {
    Authentication accepted = new Authentication.Accepted(Principal.user("ann"));
    assertEquals(accepted, read(204, ""));
    assertEquals(accepted, read(204, "ignored"));
    assertEquals(accepted, read(200, ""));
    assertEquals(accepted, read(200, " \t\r\n"));
    assertEquals(rejected(ReasonCode.BAD_USER_NAME_OR_PASSWORD), read(401, "<html>"));
    assertEquals(rejected(ReasonCode.NOT_AUTHORIZED), read(403, "{\"result\":\"allow\"}"));
    assertEquals(new Authentication.Abstained(), read(404, "not found"));
  }

  @ParameterizedTest
  @ValueSource(ints = {100, 199, 201, 202, 206, 301, 302, 304, 400, 402, 405, 429, 500, 503})
  void otherStatusIsAnError(int status) {
    assertThrows(BadAnswerException.class, () -> read(status, "{\"result\":\"allow\"}"));
  }

  @Test
  void resultDecides() throws BadAnswerException {
    assertEquals(Principal.user("ann"), accepted("{\"result\":\"allow\"}"));
    assertEquals(
        rejected(ReasonCode.BAD_USER_NAME_OR_PASSWORD), read(200, "{\"result\":\"deny\"}"));
    assertEquals(new Authentication.Abstained(), read(200, "{\"result\":\"ignore\"}"));
  }

  @Test
  void whatIsSaidOfTheClientIsTakenOver() throws BadAnswerException {
    Principal principal =
        accepted(
            """
            {"new": {"deep": [1, {"result": "deny"}]}, "is_superuser": true, "groups": ["a", "b"],
             "clientId": "c", "attributes": {"site": "north", "lines": ["1", 2, true], "none": []},
             "client_attrs": {"sn": "x"}, "expiresInSeconds": 60, "result": "allow"}
            """);
    assertEquals(
        new Principal(
            "ann",
            Set.of("a", "b"),
            Map.of(
                "http.site", List.of("north"),
                "http.lines", List.of("1", "2", "true"),
                "http.sn", List.of("x")),
            "c",
            NOW.plusSeconds(60)),
        principal);
  }

  @Test
  void absentIsWhatIsNull() throws BadAnswerException {
    String nulls =
        "{\"result\":\"allow\",\"groups\":null,\"clientId\":null,\"attributes\":null,"
            + "\"expiresInSeconds\":null,\"acl\":null}";
    assertEquals(Principal.user("ann"), accepted(nulls));
  }

  @Test
  void earlierEndCountsAndOneThatHasPassedRefuses() throws BadAnswerException {
    long then = NOW.getEpochSecond() + 50;
    for (String order :
        List.of(
            "\"expiresInSeconds\":60,\"expire_at\":" + then,
            "\"expire_at\":" + then + ",\"expiresInSeconds\":60",
            "\"expiresInSeconds\":50,\"expire_at\":" + (then + 10))) {
      assertEquals(
          NOW.plusSeconds(50), accepted("{\"result\":\"allow\"," + order + "}").validUntil());
    }
    String passed = "{\"result\":\"allow\",\"expire_at\":" + NOW.getEpochSecond() + "}";
    assertEquals(rejected(ReasonCode.NOT_AUTHORIZED), read(200, passed));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "allow",
        "[]",
        "\"allow\"",
        "{}",
        "{",
        "{\"result\":\"allow\"",
        "{\"result\":\"allow\"}}",
        "{\"result\":\"allow\"} {}",
        "{\"result\":\"allow\",\"result\":\"allow\"}",
        "{\"result\":\"deny\",\"result\":\"allow\"}",
        "{\"result\":\"Allow\"}",
        "{\"result\":true}",
        "{\"result\":null}",
        "{\"Result\":\"allow\"}",
        "{\"result\":\"allow\",\"groups\":\"a\"}",
        "{\"result\":\"allow\",\"groups\":[[\"a\"]]}",
        "{\"result\":\"allow\",\"groups\":[null]}",
        "{\"result\":\"allow\",\"clientId\":\"\"}",
        "{\"result\":\"allow\",\"clientId\":1}",
        "{\"result\":\"allow\",\"attributes\":[]}",
        "{\"result\":\"allow\",\"attributes\":{\"a\":{}}}",
        "{\"result\":\"allow\",\"attributes\":{\"a\":null}}",
        "{\"result\":\"allow\",\"expiresInSeconds\":0}",
        "{\"result\":\"allow\",\"expiresInSeconds\":-1}",
        "{\"result\":\"allow\",\"expiresInSeconds\":1.5}",
        "{\"result\":\"allow\",\"expiresInSeconds\":\"60\"}",
        "{\"result\":\"allow\",\"expiresInSeconds\":99999999999999999999}",
        "{\"result\":\"allow\",\"expire_at\":9223372036854775807}",
        "{\"result\":\"allow\",\"expire_at\":-1}",
        "{\"result\":\"allow\",\"acl\":[]}",
        "<html>{\"result\":\"allow\"}</html>"
      })
  void whatIsNotUnderstoodLetsNobodyIn(String body) {
    BadAnswerException refused =
        assertThrows(BadAnswerException.class, () -> read(200, body), body);
    assertFalse(refused.getMessage().contains("html"), "the answer is not quoted");
  }

  @Property
  void noiseLetsNobodyIn(@ForAll byte[] body) {
    try {
      Authentication answer = reader.read("ann", 200, body);
      assertTrue(new String(body, StandardCharsets.ISO_8859_1).isBlank(), answer::toString);
    } catch (BadAnswerException e) {
      assertFalse(e.getMessage().isEmpty());
    }
  }
}
