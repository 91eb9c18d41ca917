package io.fluxmqtt.itests.blackbox;

/** Where a broker listens. */
record BrokerAddress(String host, int port) {
  static BrokerAddress loopback(int port) {
    return new BrokerAddress("127.0.0.1", port);
  }

  /** From {@code host:port}. */
  static BrokerAddress parse(String text) {
    int colon = text.lastIndexOf(':');
    return new BrokerAddress(text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
  }

  String uri() {
    return "tcp://" + host + ":" + port;
  }
}
