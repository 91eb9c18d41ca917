package io.fluxmqtt.session.wiring;

import io.fluxmqtt.api.config.Settings;
import io.fluxmqtt.api.message.TopicFilter;
import io.fluxmqtt.api.spi.store.Durability;
import io.fluxmqtt.session.broker.DurabilityRules;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads which topics are how durable. */
final class DurabilityKeys {
  private static final int FILTERS_MAX = 1_000;
  private static final int INTERVAL_MAX = 60_000;

  private final Settings settings;
  private final Map<String, Durability> byFilter = new HashMap<>();
  private final Map<String, String> keys = new HashMap<>(); // by filter, where it was seen

  private DurabilityKeys(Settings settings) {
    this.settings = settings;
  }

  /**
   * The rules of a configuration.
   *
   * @throws io.fluxmqtt.api.config.SettingException that names the filter and what to do
   */
  static DurabilityRules read(Settings settings) {
    int millis = settings.integer("syncIntervalMillis", 1, INTERVAL_MAX);
    Map<String, Durability> byKey = new LinkedHashMap<>();
    byKey.put("syncTopics", Durability.SYNC);
    byKey.put("intervalTopics", Durability.interval(millis));
    byKey.put("memoryTopics", Durability.memory(millis));
    DurabilityKeys read = new DurabilityKeys(settings);
    byKey.forEach(read::add);
    return new DurabilityRules(read.byFilter);
  }

  private void add(String key, Durability durability) {
    for (String filter : settings.list(key)) {
      if (!TopicFilter.isValidFilter(filter)) {
        throw settings.error(
            key,
            "holds '%s', which is not a Topic Filter; + stands for one whole level, # for all that"
                    .formatted(filter)
                + " follow at the end");
      }
      if (filter.startsWith("$share/")) {
        throw settings.error(
            key,
            "holds '%s'; this is about what is published: leave out $share and its name"
                .formatted(filter));
      }
      String other = keys.putIfAbsent(filter, key);
      if (other != null && !other.equals(key)) {
        throw settings.error(
            key, "holds '%s', as %s does; keep it in one of them".formatted(filter, other));
      }
      byFilter.put(filter, durability);
      if (byFilter.size() > FILTERS_MAX) {
        throw settings.error(
            key,
            "brings more than %d filters with the other keys; use wildcards"
                .formatted(FILTERS_MAX));
      }
    }
  }
}
