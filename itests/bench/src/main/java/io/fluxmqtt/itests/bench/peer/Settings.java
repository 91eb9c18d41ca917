package io.fluxmqtt.itests.bench.peer;

import java.util.Map;
import java.util.stream.Collectors;

/** Settings as one line of text. */
final class Settings {
  private Settings() {}

  static String text(Map<String, String> settings) {
    return settings.entrySet().stream()
        .map(each -> each.getKey() + "=" + each.getValue())
        .collect(Collectors.joining(" "));
  }
}
