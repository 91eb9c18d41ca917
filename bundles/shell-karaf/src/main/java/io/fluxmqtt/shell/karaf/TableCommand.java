package io.fluxmqtt.shell.karaf;

import io.fluxmqtt.api.admin.BrokerAdmin;
import java.io.PrintStream;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.support.table.ShellTable;
import org.jspecify.annotations.Nullable;

/** A command that prints a table. */
public abstract class TableCommand extends MqttCommand {
  @Option(
      name = "--no-format",
      description = "For scripts: columns separated by tabs, nothing cut, no header")
  boolean noFormat;

  @Override
  final void run(BrokerAdmin broker, PrintStream out) throws InterruptedException {
    ShellTable table = new ShellTable();
    fill(table, broker);
    table.print(out, !noFormat);
  }

  /** Adds columns and rows. */
  abstract void fill(ShellTable table, BrokerAdmin broker) throws InterruptedException;

  /** A client's text as it goes into this table. */
  final String cell(@Nullable String text) {
    return noFormat ? Text.escaped(text) : Text.cell(text);
  }
}
