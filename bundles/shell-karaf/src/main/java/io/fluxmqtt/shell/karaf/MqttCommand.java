package io.fluxmqtt.shell.karaf;

import io.fluxmqtt.api.admin.BrokerAdmin;
import java.io.PrintStream;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.karaf.shell.api.action.Action;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.console.Session;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;

/**
 * What the commands have in common: the broker, waiting for its answers, and what to say without.
 */
public abstract class MqttCommand implements Action {
  private static final long TIMEOUT_SECONDS = 10;

  // Set by Karaf before execute.
  @Reference BundleContext context;

  @Reference Session session;

  @Override
  public final @Nullable Object execute() throws Exception {
    try (BrokerService broker = BrokerService.find(context).orElseThrow(MqttCommand::away)) {
      run(broker.admin(), session.getConsole());
      return null;
    }
  }

  /**
   * Does the work.
   *
   * @throws IllegalStateException with a text for the user if it cannot be done
   */
  abstract void run(BrokerAdmin broker, PrintStream out) throws InterruptedException;

  /** What the broker answers. */
  static <T> T await(CompletionStage<T> answer) throws InterruptedException {
    try {
      return answer.toCompletableFuture().get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new IllegalStateException(
          "The broker did not answer within %d s".formatted(TIMEOUT_SECONDS), e);
    } catch (ExecutionException e) {
      String reason =
          Optional.ofNullable(e.getCause().getMessage()).orElse(e.getCause().toString());
      throw new IllegalStateException("The broker failed to answer: " + reason, e.getCause());
    }
  }

  private static IllegalStateException away() {
    return new IllegalStateException(
        "The broker is not running: nobody offers BrokerAdmin; log:display says why");
  }

  /** Why nothing can be done for a client that does not exist. */
  static IllegalStateException unknown(String clientId) {
    return new IllegalStateException(
        "No session of client %s; mqtt:client-list lists them".formatted(Text.escaped(clientId)));
  }
}
