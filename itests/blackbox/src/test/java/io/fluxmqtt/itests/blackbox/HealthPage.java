package io.fluxmqtt.itests.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fluxmqtt.itests.kit.Await;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** Health over HTTP, as a supervisor reads it. */
record HealthPage(int port) {
  /** In so long health says what is wrong. */
  static final Duration RED_LIMIT = Duration.ofSeconds(5);

  private static final Duration GREEN_LIMIT = Duration.ofSeconds(30);

  private static final HttpClient HTTP =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

  /** Waits until there is a page. */
  void awaitPage(Duration limit) throws Exception {
    Await.until("the page is there", limit, this::answers);
  }

  private boolean answers() throws InterruptedException {
    try {
      return get("/health").statusCode() != 404;
    } catch (IOException e) {
      return false; // HTTP is not up yet
    }
  }

  /** Waits until all is well, though there may be warnings. */
  void awaitGreen() throws Exception {
    String[] last = new String[1];
    try {
      Await.until(
          "health is green",
          GREEN_LIMIT,
          () -> {
            HttpResponse<String> response = get("/health.json");
            last[0] = response.body();
            return response.statusCode() == 200;
          });
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + "\n" + last[0], e);
    }
  }

  /** Waits until a check is red and says why, and the page and that of a tag are 503; for 5 s. */
  void awaitRed(String check, String tag, String part) throws Exception {
    String[] last = new String[1];
    try {
      Await.until(
          part,
          RED_LIMIT,
          () -> {
            HttpResponse<String> response = get("/health.json");
            last[0] = response.body();
            String said = result(last[0], check);
            return response.statusCode() == 503
                && said.contains("\"status\":\"CRITICAL\"")
                && said.contains(part);
          });
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + "\n" + last[0], e);
    }
    assertEquals(503, get("/health/" + tag).statusCode(), tag);
  }

  /** What one check says. */
  private static String result(String json, String check) {
    int from = json.indexOf("\"name\":\"" + check + "\"");
    int to = json.indexOf("\"name\":", from + 1);
    return from < 0 ? "" : json.substring(from, to < 0 ? json.length() : to);
  }

  HttpResponse<String> get(String path) throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + port + path);
    HttpRequest request = HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(5)).build();
    return HTTP.send(request, HttpResponse.BodyHandlers.ofString());
  }
}
