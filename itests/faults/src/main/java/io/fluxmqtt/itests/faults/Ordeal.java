package io.fluxmqtt.itests.faults;

import io.fluxmqtt.itests.faults.broker.Victim;
import io.fluxmqtt.itests.faults.load.Crew;
import io.fluxmqtt.itests.faults.load.Findings;
import io.fluxmqtt.itests.faults.load.Findings.Kind;
import java.time.Duration;
import java.util.Random;

/**
 * One broker that is struck again and again under load, at random moments, and each time started on
 * what is left. Before each blow either all sessions are settled or nobody was given the time to;
 * while it comes, the sessions that are mostly away are away or drain what waits for them.
 */
final class Ordeal {
  /**
   * What to do.
   *
   * @param blows how many
   * @param stored messages that lie in the store all the time
   * @param seed of what is random
   */
  record Plan(int blows, int stored, long seed) {}

  /** What came of it. */
  record Outcome(int blows, long acknowledged, String deliveries, Starts starts) {
    String text() {
      return "%d blows, %d acknowledged, %s".formatted(blows, acknowledged, deliveries);
    }
  }

  private static final int SHORTEST_MILLIS = 100;
  private static final int LONGEST_MILLIS = 2_000;

  private final Victim victim;
  private final Blow blow;
  private final Plan plan;
  private final Findings findings;
  private final Random random;
  private final Starts starts = new Starts();

  Ordeal(Victim victim, Blow blow, Plan plan, Findings findings) {
    this.victim = victim;
    this.blow = blow;
    this.plan = plan;
    this.findings = findings;
    random = new Random(plan.seed());
  }

  /** Runs until the end, or until the broker does not start any more. */
  Outcome run() throws Exception {
    int blows = 0;
    try (Crew crew = new Crew(plan.stored(), findings)) {
      if (!start(true)) {
        return outcome(blows, crew);
      }
      crew.introduce(victim.address());
      victim.keepSessions();
      while (blows < plan.blows()) {
        strike(crew);
        blows++;
        if (!start(false)) {
          return outcome(blows, crew);
        }
        crew.checkRetained(victim.address());
        if (blows == plan.blows() || random.nextBoolean()) {
          crew.settle(victim.address());
        }
      }
      crew.checkRetained(victim.address());
      crew.checkStock(victim.address());
      return outcome(blows, crew);
    }
  }

  private void strike(Crew crew) throws Exception {
    crew.begin(victim.address(), random.nextBoolean());
    Thread.sleep(SHORTEST_MILLIS + random.nextInt(LONGEST_MILLIS - SHORTEST_MILLIS));
    try {
      blow.strike(victim);
    } finally {
      crew.end();
    }
    String aftermath = blow.aftermath(victim);
    if (!aftermath.isEmpty() && Boolean.getBoolean("faults.verbose")) {
      System.out.println(aftermath);
    }
  }

  private boolean start(boolean isEmpty) throws Exception {
    blow.prepare(victim);
    try {
      Duration took = victim.start();
      starts.add(isEmpty, took.toMillis(), victim.cpu().toMillis());
      return true;
    } catch (AssertionError e) {
      findings.add(Kind.START, "does not start: " + e.getMessage());
      return false;
    }
  }

  private Outcome outcome(int blows, Crew crew) {
    return new Outcome(blows, crew.acknowledged(), crew.deliveries(), starts);
  }
}
