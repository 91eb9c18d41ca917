package io.fluxmqtt.store;

import io.fluxmqtt.api.admin.StoreCheck;
import java.util.ArrayList;
import java.util.List;

/** What a check has found, the first of it in words. For one thread. */
final class Findings {
  private final List<String> lines = new ArrayList<>();
  private long more;

  void add(String line) {
    if (lines.size() < StoreCheck.MAX_FINDINGS) {
      lines.add(line);
    } else {
      more++;
    }
  }

  StoreCheck of(long entries) {
    return new StoreCheck(entries, lines, more);
  }
}
