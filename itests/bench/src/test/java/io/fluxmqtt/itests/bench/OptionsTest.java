package io.fluxmqtt.itests.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.bench.scenario.Scenario;
import io.fluxmqtt.itests.bench.scenario.Scenarios;
import java.util.List;
import org.junit.jupiter.api.Test;

class OptionsTest {
  private static List<String> chosen(String... names) {
    return Bench.chosen(List.of(names)).stream().map(Scenario::name).toList();
  }

  @Test
  void withoutNamesAllScenariosAreMeasured() {
    assertEquals(Scenarios.ALL, Bench.chosen(List.of()));
  }

  @Test
  void aWholeNameTakesThatScenarioAndAPrefixAllThatBeginWithIt() {
    assertEquals(List.of("pairs-qos0"), chosen("pairs-qos0"));
    assertEquals(List.of("fan-out-qos0", "fan-out-qos1"), chosen("fan-out"));
    assertEquals(List.of("pairs-qos0", "connect"), chosen("connect", "pairs-qos0"));
  }

  @Test
  void namesAreUnique() {
    assertEquals(
        Scenarios.ALL.size(), Scenarios.ALL.stream().map(Scenario::name).distinct().count());
  }

  @Test
  void whatIsNotKnownIsRefusedByName() {
    assertTrue(message(() -> Bench.chosen(List.of("nonsense"))).contains("nonsense"));
    assertTrue(message(() -> Options.parse(new String[] {"--loud", "1"})).contains("--loud"));
    assertTrue(message(() -> Options.parse(new String[] {"--seconds"})).contains("--seconds"));
    assertTrue(message(() -> Options.parse(new String[] {"--seconds", "x"})).contains("not x"));
  }

  private static String message(Runnable call) {
    return assertThrows(IllegalArgumentException.class, call::run).getMessage();
  }
}
