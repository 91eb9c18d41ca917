package io.fluxmqtt.shell.karaf;

import java.io.PrintStream;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.apache.karaf.shell.api.action.Action;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.console.Session;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;

/**
 * A command that works on a service of the broker.
 *
 * @param <S> the service
 */
public abstract class ServiceCommand<S> implements Action {
  // Set by Karaf before execute.
  @Reference BundleContext context;

  @Reference Session session;

  private final Class<S> type;
  private final String name;

  /**
   * For a service.
   *
   * @param name what the user calls it
   */
  ServiceCommand(Class<S> type, String name) {
    this.type = type;
    this.name = name;
  }

  @Override
  public final @Nullable Object execute() throws Exception {
    try (Held<S> held = Held.find(context, type).orElseThrow(this::away)) {
      run(held.service(), session.getConsole());
      return null;
    }
  }

  /**
   * Does the work.
   *
   * @throws IllegalStateException with a text for the user if it cannot be done
   */
  abstract void run(S service, PrintStream out) throws InterruptedException;

  /** What went wrong, as a text. */
  static String reason(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    return Optional.ofNullable(cause.getMessage()).orElse(cause.toString());
  }

  private IllegalStateException away() {
    return new IllegalStateException(
        "The %s is not running: nobody offers %s; log:display says why"
            .formatted(name, type.getSimpleName()));
  }
}
