package io.fluxmqtt.shell.karaf;

import io.fluxmqtt.api.admin.PasswordAdmin;
import io.fluxmqtt.api.spi.auth.Authenticator;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Collection;
import java.util.List;
import org.apache.karaf.shell.api.action.Action;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.console.Session;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

/** A command to an authenticator that keeps its users itself. */
public abstract class PasswordCommand implements Action {
  // Set by Karaf before execute.
  @Reference BundleContext context;

  @Reference Session session;

  @Option(
      name = "--authenticator",
      description = "The name of the authenticator; needed where there are several")
  @Nullable String authenticator;

  @Override
  public final @Nullable Object execute() throws Exception {
    ServiceReference<PasswordAdmin> reference = find();
    PasswordAdmin users = context.getService(reference);
    if (users == null) {
      throw new IllegalStateException("The authenticator has just left; try again");
    }
    try {
      run(users, session.getConsole());
    } catch (IllegalArgumentException e) {
      throw new IllegalStateException("Nothing was changed: " + ServiceCommand.reason(e), e);
    } catch (IOException e) {
      throw new IllegalStateException(ServiceCommand.reason(e), e);
    } finally {
      context.ungetService(reference);
    }
    return null;
  }

  /** Does the work. */
  abstract void run(PasswordAdmin users, PrintStream out) throws IOException;

  private ServiceReference<PasswordAdmin> find() throws InvalidSyntaxException {
    Collection<ServiceReference<PasswordAdmin>> all =
        context.getServiceReferences(PasswordAdmin.class, null);
    List<ServiceReference<PasswordAdmin>> meant =
        all.stream()
            .filter(each -> authenticator == null || authenticator.equals(name(each)))
            .toList();
    if (meant.size() == 1) {
      return meant.get(0);
    }
    List<String> names = all.stream().map(PasswordCommand::name).sorted().toList();
    throw new IllegalStateException(
        names.isEmpty()
            ? "No authenticator keeps users: configure io.fluxmqtt.auth.file"
            : "Name one of the authenticators with --authenticator: " + String.join(", ", names));
  }

  private static String name(ServiceReference<PasswordAdmin> reference) {
    return String.valueOf(reference.getProperty(Authenticator.NAME));
  }
}
