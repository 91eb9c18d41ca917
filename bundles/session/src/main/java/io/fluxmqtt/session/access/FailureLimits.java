package io.fluxmqtt.session.access;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;

/**
 * How many failed authentications of one address are borne.
 *
 * @param failuresMax from so many on its clients are slowed down; 0 for never
 * @param delayMax the longest time for which a user name that failed is not tried
 * @param exempt addresses to which none of this applies
 */
public record FailureLimits(int failuresMax, Duration delayMax, List<AddressRange> exempt) {
  /** As configured by default. */
  public static final FailureLimits DEFAULT =
      new FailureLimits(
          10,
          Duration.ofSeconds(60),
          List.of(AddressRange.parse("127.0.0.0/8"), AddressRange.parse("::1")));

  /** Copies the list. */
  public FailureLimits {
    exempt = List.copyOf(exempt);
    if (failuresMax < 0) {
      throw new IllegalArgumentException("failuresMax is negative: " + failuresMax);
    }
    if (delayMax.toSeconds() < 1) {
      throw new IllegalArgumentException("delayMax is below 1 s: " + delayMax);
    }
  }

  boolean appliesTo(InetAddress address) {
    if (failuresMax == 0) {
      return false;
    }
    for (AddressRange range : exempt) {
      if (range.contains(address)) {
        return false;
      }
    }
    return true;
  }
}
