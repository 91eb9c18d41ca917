package io.fluxmqtt.itests.bench.scenario;

import java.util.List;

/** All scenarios with their targets, in the order of the table. */
public final class Scenarios {
  private static final int SMALL = 64;
  private static final int KILOBYTE = 1024;
  private static final String RATE = "rate / 5 to hivemq, 2 to artemis";
  private static final String WRITTEN = "at most 2.0 B written per B of payload";

  public static final List<Scenario> ALL =
      List.of(
          new Pairs("pairs-qos0", 10, 0, SMALL, 12),
          new Pairs("pairs-qos1", 10, 1, SMALL, 15),
          new Pairs("pairs-qos2", 10, 2, SMALL, 14),
          new Pairs("pairs-qos0-1k", 10, 0, KILOBYTE, 8),
          new Pairs("pairs100-qos0", 100, 0, SMALL, 7),
          new FanIn("fan-in-qos0", 50, 0, 7),
          new FanIn("fan-in-qos1", 50, 1, 9),
          new FanOut("fan-out-qos0", 1_000, 0, 8),
          new FanOut("fan-out-qos1", 500, 1, 7),
          new SharedGroup("shared-qos1", 4, 1, 11),
          new Wildcards("wildcard-1k", 100, 1_000, 5),
          new Wildcards("wildcard-100k", 100, 100_000, 4.5),
          new Wildcards("wildcard-1m", 100, 1_000_000, Double.NaN),
          new Retained("retained", 100_000, 3.5),
          new Offline("offline-queue", false, 20, 10_000, 4),
          new Offline("offline-drain", true, 20, 10_000, 2),
          new Durable("durable-offline-10", true, 10, SMALL, RATE),
          new Durable("durable-offline-100", true, 100, SMALL, RATE),
          new Durable("durable-offline-1k", true, 100, KILOBYTE, WRITTEN),
          new Durable("durable-connected-10", false, 10, SMALL, RATE),
          new Durable("durable-connected-100", false, 100, SMALL, RATE),
          new Durable("durable-connected-1k", false, 100, KILOBYTE, WRITTEN),
          new Connections("connect", 5_000, 50, 0.9),
          new Overload("overload", new Pairs("", 10, 0, SMALL, Double.NaN), 0),
          new Overload("overload-deaf", new Pairs("", 10, 0, SMALL, Double.NaN), 5));

  private Scenarios() {}
}
