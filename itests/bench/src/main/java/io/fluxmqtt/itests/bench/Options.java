package io.fluxmqtt.itests.bench;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** What the command line says. */
record Options(
    List<String> scenarios,
    List<String> peers,
    double seconds,
    double latencySeconds,
    double warmSeconds,
    int repeats,
    int threads,
    double scale,
    String heap,
    String cores,
    Path runtime,
    Path sources,
    Path output) {

  static final String USAGE =
      """
      usage: itests/bench/run [scenario...] [options]
        scenario             as listed below; a prefix takes all that begin with it; none: all;
                             memory: bytes for each connection, subscription, message instead
        --peers a,b          brokers: flux,mosquitto,hivemq,moquette,artemis (flux,mosquitto)
        --seconds n          of each measurement (5)
        --latency n          seconds of the stream by the clock whose latency is measured (3)
        --warm n             seconds of CPU with which each JVM is warmed per scenario (10)
        --repeats n          measurements of each, in turns (3); the medians are shown
        --threads n          of the load generator (2)
        --scale n            multiplies large counts, below 1 to try it out (1)
        --heap size          -Xmx of the brokers in a JVM (1g)
        --broker-cores list  as taskset takes them; - for no pinning (0,1)
        --load-cores list    likewise, of the load generator (2,3)
        --realtime n         real-time priority of all of them, so that whatever else the machine
                             does counts little (chrt -r; needs the right to it)
        --output folder      for result.txt, result.json, result.svg (itests/bench/target/result) and
                             the brokers' data; on a disk, not in memory, for durable scenarios
      scenarios:""";

  static Options parse(String[] arguments) {
    List<String> scenarios = new ArrayList<>();
    Builder builder = new Builder();
    Deque<String> words = new ArrayDeque<>(List.of(arguments));
    while (!words.isEmpty()) {
      String word = words.pop();
      if (!word.startsWith("--")) {
        scenarios.add(word);
      } else if (words.isEmpty()) {
        throw new IllegalArgumentException(word + " needs a value");
      } else {
        builder.set(word, words.pop());
      }
    }
    return builder.build(scenarios);
  }

  private static final class Builder {
    private List<String> peers = List.of("flux", "mosquitto");
    private double seconds = 5;
    private double latency = 3;
    private double warm = 10;
    private double repeats = 3;
    private double threads = 2;
    private double scale = 1;
    private String heap = "1g";
    private String cores = "";
    private Path runtime = Path.of("runtime/felix/target/flux-mqtt");
    private Path sources = Path.of("itests/bench");
    private Path output = Path.of("itests/bench/target/result");

    void set(String option, String value) {
      switch (option) {
        case "--peers" -> peers = List.of(value.split(","));
        case "--seconds" -> seconds = number(option, value);
        case "--latency" -> latency = number(option, value);
        case "--warm" -> warm = number(option, value);
        case "--repeats" -> repeats = Math.max(1, number(option, value));
        case "--threads" -> threads = Math.max(1, number(option, value));
        case "--scale" -> scale = number(option, value);
        case "--heap" -> heap = value;
        case "--broker-cores" -> cores = value.equals("-") ? "" : value;
        case "--load-cores", "--realtime" -> {
          // The start script has seen to it.
        }
        case "--runtime" -> runtime = Path.of(value);
        case "--sources" -> sources = Path.of(value);
        case "--output" -> output = Path.of(value);
        default -> throw new IllegalArgumentException("unknown option " + option);
      }
    }

    private static double number(String option, String value) {
      try {
        return Double.parseDouble(value);
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException(option + " needs a number, not " + value, e);
      }
    }

    Options build(List<String> scenarios) {
      return new Options(
          List.copyOf(scenarios),
          peers,
          seconds,
          latency,
          warm,
          (int) repeats,
          (int) threads,
          scale,
          heap,
          cores,
          runtime.toAbsolutePath(),
          sources.toAbsolutePath(),
          output.toAbsolutePath());
    }
  }
}
