package io.fluxmqtt.itests.faults;

import io.fluxmqtt.itests.faults.broker.Flux;
import io.fluxmqtt.itests.faults.load.Findings;
import java.util.Map;

/** SIGKILL at random moments. */
final class Kills implements Scenario {
  @Override
  public String name() {
    return "kills";
  }

  @Override
  public int runs() {
    return 500;
  }

  @Override
  public String run(Task task, Findings findings) throws Exception {
    return Ordeals.run(
        task,
        number -> new Ordeals.Pair(Flux.prepare(task.engine(), Map.of()), Blow.KILL),
        findings);
  }
}
