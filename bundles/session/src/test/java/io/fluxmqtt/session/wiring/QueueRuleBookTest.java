package io.fluxmqtt.session.wiring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.config.SettingException;
import io.fluxmqtt.session.broker.BrokerSettings.Overflow;
import io.fluxmqtt.session.broker.QueueRule;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a configuration of a rule may say. */
class QueueRuleBookTest {
  private static Map<String, Object> properties(String... keysAndValues) {
    Map<String, Object> properties = new HashMap<>();
    properties.put("service.pid", "io.fluxmqtt.queue~meters");
    for (int i = 0; i < keysAndValues.length; i += 2) {
      properties.put(keysAndValues[i], keysAndValues[i + 1]);
    }
    return properties;
  }

  private static String refusal(boolean storeOnHeap, String... keysAndValues) {
    return assertThrows(
            SettingException.class,
            () -> QueueRuleBook.rule(properties(keysAndValues), storeOnHeap))
        .getMessage();
  }

  @Test
  void emptyConfigurationIsForAllAndChangesNothing() {
    assertEquals(
        new QueueRule("meters", 0, List.of("*"), List.of(), null, 0, 0, 0),
        QueueRuleBook.rule(properties(), false));
  }

  @Test
  void allKeysAreRead() {
    assertEquals(
        new QueueRule(
            "meters", 7, List.of("m-*", "x"), List.of("a/#", "b"), Overflow.SPILL, 1, 2, 3),
        QueueRuleBook.rule(
            properties(
                "clients", "m-*, x",
                "topics", "a/#, b",
                "priority", "7",
                "overflow", "spill",
                "queueMaxMessages", "1",
                "queueMaxBytes", "2",
                "spillMaxBytes", "3"),
            false));
  }

  @Test
  void badValuesAreNamedWithTheirConfiguration() {
    for (String[] bad :
        List.of(
            new String[] {"clients", " "},
            new String[] {"topics", "a#"},
            new String[] {"topics", "$share/g/a"},
            new String[] {"priority", "1000001"},
            new String[] {"overflow", "Spill"},
            new String[] {"queueMaxMessages", "-1"},
            new String[] {"queueMaxBytes", "1099511627777"},
            new String[] {"spillMaxBytes", "many"})) {
      String text = refusal(false, bad);
      assertTrue(text.contains("io.fluxmqtt.queue~meters") && text.contains(bad[0]), text);
    }
  }

  @Test
  void spillingNeedsAStoreOnDisk() {
    String text = refusal(true, "overflow", "spill");
    assertTrue(text.contains("needs a store on disk"), text);
    assertEquals(
        Overflow.DROP_NEWEST,
        QueueRuleBook.rule(properties("overflow", "drop-newest"), true).overflow());
  }
}
