package io.fluxmqtt.itests.faults;

import io.fluxmqtt.itests.faults.Ordeal.Outcome;
import io.fluxmqtt.itests.faults.broker.Victim;
import io.fluxmqtt.itests.faults.load.Findings;
import io.fluxmqtt.itests.faults.load.Findings.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Several brokers under the same ordeal at the same time. */
final class Ordeals {
  private static final long READY_MILLIS = 3_000;

  /** Makes one broker and the way in which it ends. */
  @FunctionalInterface
  interface Maker {
    Pair make(int number) throws Exception;
  }

  /** A broker and the way in which it ends. */
  record Pair(Victim victim, Blow blow) {}

  private Ordeals() {}

  /** Shares out the blows of a task; returns a line of figures. */
  static String run(Task task, Maker maker, Findings findings) throws Exception {
    int brokers = Math.max(1, Math.min(task.brokers(), task.runs()));
    ExecutorService threads = Executors.newFixedThreadPool(brokers);
    try {
      List<Future<Outcome>> futures = new ArrayList<>();
      for (int i = 0; i < brokers; i++) {
        int number = i;
        int blows = task.runs() / brokers + (i < task.runs() % brokers ? 1 : 0);
        futures.add(threads.submit(() -> one(task, number, blows, maker, findings)));
      }
      List<Outcome> outcomes = new ArrayList<>();
      for (Future<Outcome> each : futures) {
        outcomes.add(each.get());
      }
      Starts starts = Starts.all(outcomes.stream().map(Outcome::starts).toList());
      long limit = task.full() ? READY_MILLIS : 0;
      if (limit > 0 && !starts.isInTime(limit)) {
        findings.add(Kind.START, starts.text(task.stored(), limit));
      }
      return "%d blows on %d brokers, %d acknowledged; %s"
          .formatted(
              outcomes.stream().mapToInt(Outcome::blows).sum(),
              brokers,
              outcomes.stream().mapToLong(Outcome::acknowledged).sum(),
              starts.text(task.stored(), limit));
    } finally {
      threads.shutdownNow();
    }
  }

  private static Outcome one(Task task, int number, int blows, Maker maker, Findings findings)
      throws Exception {
    Findings own = new Findings(task.engine() + " #" + number);
    Pair pair = maker.make(number);
    try (Blow blow = pair.blow(); // is closed last: the broker's files lie in what it made
        Victim victim = pair.victim()) {
      Ordeal.Plan plan = new Ordeal.Plan(blows, task.stored(), task.seed() + number);
      Outcome outcome = new Ordeal(victim, blow, plan, own).run();
      System.out.println(task.engine() + " #" + number + ": " + outcome.text());
      return outcome;
    } finally {
      findings.addAll(own);
    }
  }
}
