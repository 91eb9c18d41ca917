package io.fluxmqtt.transport;

/**
 * Whether connections begin with a PROXY header that says whose they are.
 *
 * @param protocol in which form
 * @param trusted who may send one, and so who may connect at all
 */
record ProxyTerms(Protocol protocol, AddressRanges trusted) {
  static final ProxyTerms OFF = new ProxyTerms(Protocol.OFF, AddressRanges.NONE);

  /** The forms. */
  enum Protocol {
    OFF,
    V1,
    V2,
    BOTH
  }

  boolean isOn() {
    return protocol != Protocol.OFF;
  }
}
