package io.fluxmqtt.itests.blackbox;

import io.fluxmqtt.itests.kit.Await;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;

/** What Prometheus would read. One thread. */
final class MetricsPage {
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final HttpClient client = HttpClient.newBuilder().connectTimeout(PATIENCE).build();
  private final int port;

  MetricsPage(int port) {
    this.port = port;
  }

  int port() {
    return port;
  }

  /** The page, or what was answered instead of it. */
  String text() throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + port + "/metrics");
    HttpRequest request = HttpRequest.newBuilder(uri).timeout(PATIENCE).build();
    HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
    return response.statusCode() == 200 ? response.body() : response.toString();
  }

  /** The page, for a message. */
  String sight() {
    try {
      return text();
    } catch (IOException | InterruptedException e) {
      return e.toString();
    }
  }

  /** Whether nobody listens. */
  boolean isAway() throws IOException, InterruptedException {
    try {
      text();
      return false;
    } catch (ConnectException e) {
      return true;
    } catch (IOException e) {
      return false; // closed under the request
    }
  }

  /** The value of a sample, with its labels as they stand there. */
  double value(String sample) throws IOException, InterruptedException {
    String text = text();
    return text.lines()
        .filter(line -> line.startsWith(sample + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(sample.length() + 1)))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + sample + " in\n" + text));
  }

  /** Waits until the page is there and a sample has a value. */
  double awaitValue(String sample, double value) throws Exception {
    AtomicReference<Object> last = new AtomicReference<>("no page");
    try {
      Await.until(
          sample + " is " + value,
          LIMIT,
          () -> {
            try {
              last.set(value(sample));
            } catch (IOException | AssertionError e) {
              last.set(e);
            }
            return last.get().equals(value);
          });
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + ", last " + last.get(), e);
    }
    return value;
  }
}
