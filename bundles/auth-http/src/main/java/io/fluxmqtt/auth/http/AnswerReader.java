package io.fluxmqtt.auth.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.spi.auth.Authentication;
import io.fluxmqtt.api.spi.auth.Principal;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What an answer of a web service means. What is not understood, and would have made the client's
 * rights smaller, is an error: nobody enters by an answer that was read in part.
 */
final class AnswerReader {
  /** What stands before the names of attributes, so that they pass for those of nobody else. */
  static final String ATTRIBUTE_PREFIX = "http.";

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES) // would be kept for good
          .build();
  private static final Authentication ABSTAINED = new Authentication.Abstained();
  private static final Authentication WRONG =
      new Authentication.Rejected(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
  private static final Authentication FORBIDDEN =
      new Authentication.Rejected(ReasonCode.NOT_AUTHORIZED);
  private static final long SECONDS_MAX = 100L * 365 * 24 * 3600;

  private final Clock clock;

  AnswerReader(Clock clock) {
    this.clock = clock;
  }

  /** The service did not say what it was asked. The text quotes nothing of the answer. */
  static final class BadAnswerException extends Exception {
    BadAnswerException(String reason) {
      super(reason);
    }
  }

  /** What is said of a user by a status and a body. */
  Authentication read(String userName, int status, byte[] body) throws BadAnswerException {
    return switch (status) {
      case 200 -> isBlank(body) ? accepted(userName, new Said()) : readJson(userName, body);
      case 204 -> accepted(userName, new Said());
      case 401 -> WRONG;
      case 403 -> FORBIDDEN;
      case 404 -> ABSTAINED;
      default -> throw new BadAnswerException("it answered with status " + status);
    };
  }

  private Authentication readJson(String userName, byte[] body) throws BadAnswerException {
    Said said = new Said();
    try (JsonParser json = JSON.createParser(body)) {
      expect(json.nextToken() == JsonToken.START_OBJECT, "its answer is not a JSON object");
      while (json.nextToken() != JsonToken.END_OBJECT) {
        String name = json.currentName();
        json.nextToken();
        read(json, name, said);
      }
      expect(json.nextToken() == null, "something follows the JSON object of its answer");
    } catch (IOException e) { // its text may quote the answer
      throw new BadAnswerException("its answer is not JSON");
    }
    if (said.result == null) {
      throw new BadAnswerException("its answer has no 'result'");
    }
    return switch (said.result) {
      case "allow" -> accepted(userName, said);
      case "deny" -> WRONG;
      case "ignore" -> ABSTAINED;
      default -> throw new BadAnswerException("'result' is neither allow, deny nor ignore");
    };
  }

  private void read(JsonParser json, String name, Said said)
      throws IOException, BadAnswerException {
    if (json.currentToken() == JsonToken.VALUE_NULL && !name.equals("result")) {
      return; // as if it were not there
    }
    switch (name) {
      case "result" -> said.result = text(json, name);
      case "clientId" -> {
        said.clientId = text(json, name);
        expect(!said.clientId.isEmpty(), "'clientId' is empty");
      }
      case "groups" -> said.groups.addAll(texts(json, name));
      case "attributes", "client_attrs" -> readAttributes(json, name, said.attributes);
      case "expiresInSeconds" ->
          said.end(clock.instant().plusSeconds(seconds(json, name, 1, SECONDS_MAX)));
      case "expire_at" ->
          said.end(Instant.ofEpochSecond(seconds(json, name, 0, Instant.MAX.getEpochSecond())));
      case "acl" ->
          throw new BadAnswerException(
              "'acl' of its answer is not obeyed here; let it answer with groups, and give rules to"
                  + " these in io.fluxmqtt.acl");
      default -> json.skipChildren();
    }
  }

  private Authentication accepted(String userName, Said said) {
    Instant end = said.validUntil;
    if (end != null && !end.isAfter(clock.instant())) {
      return FORBIDDEN;
    }
    return new Authentication.Accepted(
        new Principal(userName, said.groups, said.attributes, said.clientId, end));
  }

  private static void readAttributes(JsonParser json, String name, Map<String, List<String>> into)
      throws IOException, BadAnswerException {
    expect(json.currentToken() == JsonToken.START_OBJECT, "'" + name + "' is not an object");
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String attribute = ATTRIBUTE_PREFIX + json.currentName();
      List<String> values =
          json.nextToken() == JsonToken.START_ARRAY
              ? texts(json, name)
              : List.of(scalar(json, name));
      if (!values.isEmpty()) {
        into.put(attribute, values);
      }
    }
  }

  private static List<String> texts(JsonParser json, String name)
      throws IOException, BadAnswerException {
    expect(json.currentToken() == JsonToken.START_ARRAY, "'" + name + "' is not a list");
    List<String> texts = new ArrayList<>();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      texts.add(scalar(json, name));
    }
    return texts;
  }

  private static String scalar(JsonParser json, String name)
      throws IOException, BadAnswerException {
    expect(json.currentToken().isScalarValue(), "'" + name + "' holds what is not a text");
    expect(json.currentToken() != JsonToken.VALUE_NULL, "'" + name + "' holds null");
    return json.getText();
  }

  private static String text(JsonParser json, String name) throws IOException, BadAnswerException {
    expect(json.currentToken() == JsonToken.VALUE_STRING, "'" + name + "' is not a text");
    return json.getText();
  }

  private static long seconds(JsonParser json, String name, long min, long max)
      throws IOException, BadAnswerException {
    expect(
        json.currentToken() == JsonToken.VALUE_NUMBER_INT, "'" + name + "' is not a whole number");
    long seconds = json.getLongValue();
    expect(seconds >= min && seconds <= max, "'" + name + "' is out of bounds");
    return seconds;
  }

  private static void expect(boolean condition, String complaint) throws BadAnswerException {
    if (!condition) {
      throw new BadAnswerException(complaint);
    }
  }

  private static boolean isBlank(byte[] body) {
    for (byte each : body) {
      if (each != ' ' && each != '\t' && each != '\r' && each != '\n') {
        return false;
      }
    }
    return true;
  }

  /** What the members of an answer say, as they are read. */
  private static final class Said {
    private @Nullable String result;
    private @Nullable String clientId;
    private @Nullable Instant validUntil;
    private final Set<String> groups = new HashSet<>();
    private final Map<String, List<String>> attributes = new HashMap<>();

    /** The earlier of two ends counts. */
    void end(Instant end) {
      validUntil = validUntil == null || end.isBefore(validUntil) ? end : validUntil;
    }
  }
}
