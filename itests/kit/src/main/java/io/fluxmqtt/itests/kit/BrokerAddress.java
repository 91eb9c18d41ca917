package io.fluxmqtt.itests.kit;

/** Where a broker listens. */
public record BrokerAddress(String host, int port) {
  public static BrokerAddress loopback(int port) {
    return new BrokerAddress("127.0.0.1", port);
  }

  /** From {@code host:port}. */
  public static BrokerAddress parse(String text) {
    int colon = text.lastIndexOf(':');
    return new BrokerAddress(text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
  }

  public String uri() {
    return "tcp://" + host + ":" + port;
  }
}
