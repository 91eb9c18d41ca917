package io.fluxmqtt.shell.karaf;

import io.fluxmqtt.api.admin.StoreAdmin;
import io.fluxmqtt.api.admin.StoreCheck;
import java.io.PrintStream;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code mqtt:store-verify}. */
@Service
@Command(
    scope = "mqtt",
    name = "store-verify",
    description =
        "Reads all of the store while it goes on working, tells what is damaged, and fails if"
            + " anything is.")
public final class StoreVerifyCommand extends StoreCommand {
  @Override
  void run(StoreAdmin store, PrintStream out) throws InterruptedException {
    StoreCheck check = await(store.verify());
    check.findings().forEach(each -> out.println(Text.escaped(each)));
    if (check.more() > 0) {
      out.printf("and %d more%n", check.more());
    }
    long findings = check.findings().size() + check.more();
    if (findings > 0) {
      throw new IllegalStateException(
          "%d of %d entries are damaged or belong to nothing".formatted(findings, check.entries()));
    }
    out.printf("All is well: %d entries read%n", check.entries());
  }
}
