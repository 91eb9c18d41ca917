package io.fluxmqtt.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.config.SettingException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OptionsTest {
  private static Options read(String... pairs) {
    Map<String, Object> properties = new HashMap<>(Map.of("url", "http://localhost:1/a"));
    for (int i = 0; i < pairs.length; i += 2) {
      properties.put(pairs[i], pairs[i + 1]);
    }
    return Given.options(properties);
  }

  private static Map<String, String> headers(String... pairs) {
    Map<String, String> headers = new HashMap<>();
    read(pairs).target().headers().forEach(each -> headers.put(each.name(), each.value()));
    return headers;
  }

  private static String error(String... pairs) {
    return assertThrows(SettingException.class, () -> read(pairs)).getMessage();
  }

  @Test
  void defaultsAreThoseOfTheSample() {
    Options options = read();
    assertEquals("http", options.name());
    assertFalse(options.target().get());
    assertFalse(options.target().form());
    assertEquals(List.of(), options.target().headers());
    assertNull(options.caFile());
    assertEquals(new Calls.Bounds(3_000, 32, 1_024), options.bounds());
    assertEquals(0, options.cacheSeconds());
    assertEquals(10_000, options.cacheMax());
    assertEquals(5, options.failuresMax());
    assertEquals(1_000, options.pauseMillis());
  }

  @Test
  void whatIsSetIsTaken() {
    Options options = read("method", "get", "format", "form", "caFile", "a/../ca.pem");
    assertTrue(options.target().get());
    assertTrue(options.target().form());
    assertTrue(options.caFile().isAbsolute() && options.caFile().endsWith("etc/ca.pem"));
  }

  @Test
  void headersCredentialsAndSecretsAreSent() {
    assertEquals(
        Map.of("X-A", "1", "X-B", "2:3", "X-C", "4"),
        headers("headers", "X-A: 1, X-B:2:3", ".headers", "X-C: 4"));
    assertEquals(Map.of("Authorization", "Basic dTpw"), headers("user", "u", ".password", "p"));
    assertEquals(Map.of("Authorization", "Basic dTo="), headers("user", "u"));
    assertEquals(Map.of("Authorization", "Bearer t"), headers(".token", "t"));
  }

  @ParameterizedTest
  @CsvSource({
    ".headers, secret-value", ".headers, X: a\u0001secret", ".headers, Host: secret",
    ".headers, :secret", ".password, secret", ".token, a\u0001secret"
  })
  void secretsAreNotShownInErrors(String key, String value) {
    String error = error(key, value);
    assertTrue(error.startsWith("pid: " + key + "=(not shown) "), error);
    assertFalse(error.contains("secret"), error);
  }

  @Test
  void headerMayBeSetOnceOnly() {
    assertTrue(error("headers", "X-A: 1", ".headers", "x-a: 2").contains("set already"));
    assertTrue(error("headers", "authorization: x", ".token", "t").contains("set already"));
    assertTrue(error("user", "u", ".token", "t").contains("set one of them"));
    assertTrue(error("user", "a:b").contains("colon"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "localhost",
        "ftp://h/",
        "http:///x",
        "http://",
        "http:x",
        "//h/x",
        "http://h/a b",
        "http://h/#x",
        "http://u:secret@h/"
      })
  void urlThatCannotBeAskedIsRefused(String url) {
    String error = error("url", url);
    assertTrue(error.startsWith("pid: url="), error);
    assertFalse(error.contains("secret"), error);
  }

  @ParameterizedTest
  @CsvSource({
    "name,' '", "method,put", "format,xml", "timeoutMillis,49", "timeoutMillis,60001",
    "concurrentMax,0", "concurrentMax,1001", "queueMax,-1", "queueMax,1000001", "cacheSeconds,-1",
    "cacheSeconds,86401", "cacheMax,0", "cacheMax,1000001", "failuresMax,0", "failuresMax,1001",
    "pauseMillis,9", "pauseMillis,600001", "caFile,a\u0000b"
  })
  void valueOutOfBoundsIsRefused(String key, String value) {
    assertTrue(error(key, value).startsWith("pid: " + key + "="));
  }

  @ParameterizedTest
  @CsvSource({
    "http://localhost/, false", "http://127.0.0.9:80/, false", "http://[::1]/, false",
    "https://auth.example/, false", "http://auth.example/, true", "http://10.0.0.1/, true",
    "HTTPS://auth.example/, false", "http://[fe80::1]/, true"
  })
  void passwordsThatLeaveTheMachineInClearAreSeen(String url, boolean exposed) {
    assertEquals(exposed, read("url", url).isExposed());
  }
}
