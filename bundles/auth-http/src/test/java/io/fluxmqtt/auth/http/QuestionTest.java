package io.fluxmqtt.auth.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.spi.auth.Credentials;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class QuestionTest {
  private static Question question(Credentials shown) {
    return Question.of(String.valueOf(shown.userName()), shown);
  }

  @Test
  void saysWhatIsKnownOfTheClient() {
    assertEquals(
        "{\"clientid\":\"id\",\"username\":\"a\\\"n\",\"password\":\"p\",\"listener\":\"lan\","
            + "\"address\":\"10.0.0.1\"}",
        json(question(Given.client("a\"n", "p"))));
    assertEquals(
        "clientid=id&username=a%26b%3Dc%20%C3%A4&password=p&listener=lan&address=10%2E0%2E0%2E1",
        question(Given.client("a&b=c \u00E4", "p")).toForm());
  }

  @Test
  void saysNothingOfWhatThereIsNot() {
    Credentials bare = new Credentials("id", "u", null, "unix", null, List.of());
    assertEquals(
        "{\"clientid\":\"id\",\"username\":\"u\",\"listener\":\"unix\"}", json(question(bare)));
    Credentials unresolved =
        new Credentials(
            "id", "u", null, "lan", InetSocketAddress.createUnresolved("h", 1), List.of());
    assertEquals("clientid=id&username=u&listener=lan&address=h", question(unresolved).toForm());
  }

  @Test
  void passwordOfAnyBytesArrives() {
    Question question =
        question(Given.client("u", Payload.copyOf(new byte[] {0, (byte) 0xFF, 'a'})));
    assertEquals(true, json(question).contains("\"passwordBase64\":\"AP9h\""), json(question));
    assertEquals(true, question.toForm().contains("&password=%00%FFa&"), question.toForm());
  }

  @Property
  void whatAClientSendsNeverBecomesAnotherField(
      @ForAll String id, @ForAll String user, @ForAll byte[] password) throws IOException {
    Credentials shown = new Credentials(id, user, Payload.copyOf(password), "lan", null, List.of());
    Question question = question(shown);
    Map<String, byte[]> fields = decoded(question.toForm());
    assertEquals(List.of("clientid", "username", "password", "listener"), names(fields));
    assertArrayEquals(id.getBytes(StandardCharsets.UTF_8), fields.get("clientid"));
    assertArrayEquals(user.getBytes(StandardCharsets.UTF_8), fields.get("username"));
    assertArrayEquals(password, fields.get("password"));
    assertEquals(4, membersOf(question.toJson()));
  }

  private static List<String> names(Map<String, byte[]> fields) {
    return List.copyOf(fields.keySet());
  }

  private static int membersOf(byte[] json) throws IOException {
    int members = 0;
    try (JsonParser parser = new JsonFactory().createParser(json)) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        members += token == JsonToken.FIELD_NAME ? 1 : 0;
      }
    }
    return members;
  }

  private static Map<String, byte[]> decoded(String form) {
    Map<String, byte[]> fields = new LinkedHashMap<>();
    for (String pair : form.split("&", -1)) {
      String[] parts = pair.split("=", -1);
      assertEquals(2, parts.length, pair);
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      for (int i = 0; i < parts[1].length(); i++) {
        if (parts[1].charAt(i) == '%') {
          bytes.write(Integer.parseInt(parts[1].substring(i + 1, i + 3), 16));
          i += 2;
        } else {
          bytes.write(parts[1].charAt(i));
        }
      }
      fields.put(parts[0], bytes.toByteArray());
    }
    return fields;
  }

  @Test
  void fingerprintTellsQuestionsApartAndShowsNothing() {
    byte[] salt = {1};
    Question one = question(Given.client("ab", "c"));
    assertEquals(one.fingerprint(salt), question(Given.client("ab", "c")).fingerprint(salt));
    assertNotEquals(one.fingerprint(salt), one.fingerprint(new byte[] {2}));
    for (Credentials other :
        List.of(
            Given.client("a", "bc"),
            Given.client("ab", "d"),
            Given.client("abc", ""),
            new Credentials(
                "id2",
                "ab",
                Payload.ofUtf8("c"),
                "lan",
                new InetSocketAddress("10.0.0.1", 7),
                List.of()),
            new Credentials("id", "ab", Payload.ofUtf8("c"), "lan", null, List.of()))) {
      assertNotEquals(one.fingerprint(salt), question(other).fingerprint(salt));
    }
    assertFalse(one.toString().contains("ab"));
    assertEquals("id".length() + "ab".length() + 1 + "lan".length() + 8, one.size());
  }

  private static String json(Question question) {
    return new String(question.toJson(), StandardCharsets.UTF_8);
  }
}
