package io.fluxmqtt.itests.bench.memory;

import io.fluxmqtt.itests.bench.load.Generator;
import io.fluxmqtt.itests.bench.peer.Broker;
import io.fluxmqtt.itests.bench.peer.Mode;
import io.fluxmqtt.itests.bench.peer.Peer;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/** Fills brokers with things, one kind in each, and divides what that takes by their number. */
public final class Memory {
  private static final String HEAD =
      "%-44s %9s %-10s %8s %8s %10s %8s%n"
          .formatted("one of", "so many", "broker", "heap", "direct", "resident", "target");
  private static final String FOOT =
      """
      Bytes for each. heap: live after full collections; direct: buffers outside of it; both say
      nothing of brokers without a JVM. resident: of the process, which does not give back what it
      has; target: of our heap. All brokers keep everything in memory; ours has its memory engine.
      """;

  /** Classes are loaded and buffers there after so many, which are there already when it begins. */
  private static final double FIRST_SHARE = 0.02;

  private final List<Peer> peers;
  private final Broker.Site site;
  private final double scale;
  private final int threads;
  private final PrintStream out;

  /** Measures these brokers; {@code scale} multiplies the numbers. */
  public Memory(List<Peer> peers, Broker.Site site, double scale, int threads, PrintStream out) {
    this.peers = peers;
    this.site = site;
    this.scale = scale;
    this.threads = threads;
    this.out = out;
  }

  /** The table, which is also printed line by line. */
  public String run() throws IOException, InterruptedException {
    StringBuilder table = new StringBuilder();
    add(table, HEAD);
    for (Thing thing : Things.ALL) {
      for (Peer peer : peers) {
        add(table, line(thing, peer));
      }
    }
    add(table, FOOT);
    return table.toString();
  }

  private void add(StringBuilder table, String text) {
    table.append(text);
    out.print(text);
  }

  private String line(Thing thing, Peer peer) throws IOException, InterruptedException {
    int count = (int) (thing.count() * scale);
    int first = (int) (count * FIRST_SHARE);
    try (Broker broker = Broker.start(peer, site, Mode.MEMORY)) {
      try (Generator generator = new Generator(broker.address(), threads)) {
        thing.maker().make(generator, "first", first);
      }
      broker.awaitRest();
      Taken before = Taken.by(broker);
      try (Generator generator = new Generator(broker.address(), threads)) {
        thing.maker().make(generator, "many", count);
        broker.awaitRest();
        return line(thing, peer, count, before, Taken.by(broker));
      }
    }
  }

  private static String line(Thing thing, Peer peer, int count, Taken before, Taken after) {
    int payload = thing.payloadBytes();
    boolean hasTarget = thing.target() > 0 && after.inside().isPresent();
    String target = hasTarget ? "%,d".formatted(thing.target()) : "-";
    return String.format(
            Locale.ROOT,
            "%-44s %,9d %-10s %,8.0f %,8.0f %,10.0f %8s%n",
            thing.name(),
            count,
            peer.name(),
            after.heapOfEach(before, count, payload),
            after.directOfEach(before, count),
            after.residentOfEach(before, count, payload),
            target)
        .replace("NaN", "  -");
  }
}
