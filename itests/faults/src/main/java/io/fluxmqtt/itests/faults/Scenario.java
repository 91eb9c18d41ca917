package io.fluxmqtt.itests.faults;

import io.fluxmqtt.itests.faults.load.Findings;

/** One kind of fault, done to one engine. */
interface Scenario {
  /** Its word on the command line. */
  String name();

  /** How many runs there are if nobody says. */
  int runs();

  /** Why it cannot be done on this machine, or an empty text. */
  default String obstacle() throws Exception {
    return "";
  }

  /**
   * Does it.
   *
   * @return figures for humans, a line
   */
  String run(Task task, Findings findings) throws Exception;
}
