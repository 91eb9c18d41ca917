package io.fluxmqtt.session.broker;

/** Counts of a broker that nobody needs but a test of leaks. */
public final class BrokerProbe {
  private BrokerProbe() {}

  /** What waits in all queues, in bytes. */
  public static long queuedBytes(Broker broker) {
    return broker.queuedBytes().sum();
  }

  /** The Subscriptions that can be matched. */
  public static long routes(Broker broker) {
    return broker.tree().size();
  }
}
