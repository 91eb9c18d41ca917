package io.fluxmqtt.auth.http;

import io.fluxmqtt.api.spi.auth.Authentication;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The web service of one configuration: how it is reached and asked, what it answered lately, and
 * how it fares. A new configuration makes a new one, so that nothing that was answered under the
 * old one counts in the new. Any thread.
 *
 * @param trusted whether it is known whom to trust; else it is not asked
 */
record WebService(
    HttpClient client,
    Target target,
    boolean trusted,
    Breaker breaker,
    AnswerCache cache,
    Clock clock) {
  /** The longest answer that is read. */
  static final int ANSWER_BYTES_MAX = 64 << 10;

  /** What was answered to this question lately. */
  Optional<Authentication> remembered(Question question) {
    ByteBuffer key = cache.key(question);
    return key == null ? Optional.empty() : cache.find(key);
  }

  /** Asks. Blocks for looking up the host's name, if at all. */
  CompletableFuture<HttpResponse<byte[]>> ask(Question question) {
    if (!trusted) {
      throw new IllegalStateException("caFile cannot be read");
    }
    return client.sendAsync(
        target.request(question), response -> new BoundedBody(ANSWER_BYTES_MAX));
  }

  /** What was answered, and remembers it. */
  Authentication understand(Question question, HttpResponse<byte[]> response)
      throws AnswerReader.BadAnswerException {
    byte[] body = response.body();
    Authentication answer =
        new AnswerReader(clock).read(question.userName(), response.statusCode(), body);
    @Nullable ByteBuffer key = cache.key(question);
    if (key != null) {
      cache.keep(key, answer, body.length, clock.instant());
    }
    return answer;
  }
}
