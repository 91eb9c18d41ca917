package io.fluxmqtt.itests.bench.scenario;

import java.io.IOException;

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

  /** Whether the brokers run without their limits; else with those that they are shipped with. */
  default boolean isUnlimited() {
    return true;
  }

  /** Does it once. What a broker cannot do ends in an exception that says so. */
  Sample run(Attempt attempt) throws IOException, InterruptedException;
}
