package io.fluxmqtt.api.admin;

import java.util.List;

/**
 * What a look at every entry of a store found.
 *
 * @param entries how many were read
 * @param findings what is damaged or belongs to nothing, a line each: where, what, and what was or
 *     will be done with it; at most {@link #MAX_FINDINGS}
 * @param more how many findings are not in the list
 */
public record StoreCheck(long entries, List<String> findings, long more) {
  /** The findings that are told one by one. */
  public static final int MAX_FINDINGS = 100;

  /** Copies the list. */
  public StoreCheck {
    findings = List.copyOf(findings);
  }
}
