package io.fluxmqtt.transport;

/**
 * Whose connections a listener takes.
 *
 * @param connectionsMax how many at once
 * @param connectionsPerSecondMax how many a second; 0 for no limit
 * @param addressesAllowed from where; empty for anywhere
 */
record Admission(int connectionsMax, int connectionsPerSecondMax, AddressRanges addressesAllowed) {
  /** So many at once, and no other limit. */
  static Admission of(int connectionsMax) {
    return new Admission(connectionsMax, 0, AddressRanges.NONE);
  }
}
