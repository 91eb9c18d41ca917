package io.fluxmqtt.shell.karaf;

import io.fluxmqtt.api.admin.BrokerAdmin;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A command to the broker: waiting for its answers, and what to say without. */
public abstract class MqttCommand extends ServiceCommand<BrokerAdmin> {
  private static final long TIMEOUT_SECONDS = 10;

  MqttCommand() {
    super(BrokerAdmin.class, "broker");
  }

  /** What the broker answers. */
  static <T> T await(CompletionStage<T> answer) throws InterruptedException {
    try {
      return answer.toCompletableFuture().get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new IllegalStateException(
          "The broker did not answer within %d s".formatted(TIMEOUT_SECONDS), e);
    } catch (ExecutionException e) {
      throw new IllegalStateException(
          "The broker failed to answer: " + reason(e.getCause()), e.getCause());
    }
  }

  /** Why nothing can be done for a client that does not exist. */
  static IllegalStateException unknown(String clientId) {
    return new IllegalStateException(
        "No session of client %s; mqtt:client-list lists them".formatted(Text.escaped(clientId)));
  }
}
