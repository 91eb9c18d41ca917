package io.fluxmqtt.itests.bench.scenario;

import io.fluxmqtt.itests.bench.peer.Mode;
import java.io.IOException;
import java.util.Locale;

/** Something that a broker does, again and again. */
public interface Scenario {
  /** Its name on the command line. */
  String name();

  /** What it is, in the table. */
  String title();

  /**
   * How many times more CPU mosquitto shall need for each delivered message than we do; NaN if
   * nothing was set.
   */
  double target();

  /** What the broker's work is counted in. */
  default String unit() {
    return "message";
  }

  /** How the brokers are set up. */
  default Mode mode() {
    return Mode.MEMORY;
  }

  /** What shall be reached, in the table; empty if nothing was set. */
  default String goal() {
    return Double.isNaN(target())
        ? ""
        : String.format(Locale.ROOT, "mosquitto at CPU x %.3g", target());
  }

  /** Does it once. What a broker cannot do ends in an exception that says so. */
  Sample run(Attempt attempt) throws IOException, InterruptedException;
}
