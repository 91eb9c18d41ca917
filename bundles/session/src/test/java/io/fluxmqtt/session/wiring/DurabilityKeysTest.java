package io.fluxmqtt.session.wiring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.config.SettingException;
import io.fluxmqtt.session.broker.BrokerSettings;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DurabilityKeysTest {
  @Test
  void defaultsAreRead() {
    read(Map.of());
  }

  @Test
  void listsOfFiltersAreRead() {
    read(
        Map.of(
            "syncTopics", "a/alarms/#, a/alarms/#",
            "intervalTopics", new String[] {"a/#", "+/b"},
            "memoryTopics", "#",
            "syncIntervalMillis", "60000"));
  }

  @Test
  void wrongFilterIsNamed() {
    refused(Map.of("memoryTopics", "a/b, a/#/b"), "memoryTopics", "holds 'a/#/b', which is not");
    refused(Map.of("syncTopics", "a+"), "syncTopics", "holds 'a+', which is not");
    refused(Map.of("intervalTopics", "$share/g/a"), "intervalTopics", "leave out $share");
  }

  @Test
  void filterInTwoListsIsNamed() {
    refused(
        Map.of("intervalTopics", "a/#, b", "memoryTopics", "c, b"),
        "memoryTopics",
        "holds 'b', as intervalTopics does; keep it in one of them");
  }

  @Test
  void boundsAreKept() {
    refused(Map.of("syncIntervalMillis", 0), "syncIntervalMillis", "set 1 to 60000");
    refused(Map.of("syncIntervalMillis", 60_001), "syncIntervalMillis", "set 1 to 60000");
    read(Map.of("syncIntervalMillis", 1, "memoryTopics", filters(999), "syncTopics", "x"));
    refused(
        Map.of("memoryTopics", filters(1_000), "intervalTopics", "x"),
        "memoryTopics",
        "more than 1000 filters");
  }

  private static String filters(int count) {
    return IntStream.range(0, count).mapToObj(i -> "t/" + i).collect(Collectors.joining(","));
  }

  private static BrokerSettings read(Map<String, Object> properties) {
    return SessionComponent.read(properties, false);
  }

  private static void refused(Map<String, Object> properties, String key, String text) {
    String message = assertThrows(SettingException.class, () -> read(properties)).getMessage();
    assertTrue(message.contains(key) && message.contains(text), message);
    assertEquals(0, message.indexOf(SessionComponent.PID), message);
  }
}
