package io.fluxmqtt.itests.bench.scenario;

import java.util.List;

/** All scenarios with their targets, in the order of the table. */
public final class Scenarios {
  private static final int SMALL = 64;
  private static final int KILOBYTE = 1024;

  public static final List<Scenario> ALL =
      List.of(
          new Pairs("pairs-qos0", 10, 0, SMALL, 12),
          new Pairs("pairs-qos1", 10, 1, SMALL, 15),
          new Pairs("pairs-qos2", 10, 2, SMALL, 14),
          new Pairs("pairs-qos0-1k", 10, 0, KILOBYTE, 8),
          new Pairs("pairs100-qos0", 100, 0, SMALL, 7));

  private Scenarios() {}
}
