package io.fluxmqtt.api.admin;

import java.util.List;

/**
 * What came of changes.
 *
 * @param outcome whether they count
 * @param check what was found before
 * @param reasons why they do not count, a line each; or, if they do, what is wrong all the same
 */
public record ConfigurationResult(Outcome outcome, ConfigurationCheck check, List<String> reasons) {
  /** Copies the list. */
  public ConfigurationResult {
    reasons = List.copyOf(reasons);
  }

  /** Whether changes count. */
  public enum Outcome {
    /** They are in force. */
    APPLIED,
    /** They cannot be made; nothing has changed. */
    REFUSED,
    /** A file has changed since it was looked at; nothing has changed. */
    STALE,
    /** Another transaction is under way; nothing has changed. */
    BUSY,
    /** They were in force and are taken back. */
    ROLLED_BACK
  }
}
