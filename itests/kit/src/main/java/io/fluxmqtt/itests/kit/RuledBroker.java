package io.fluxmqtt.itests.kit;

/**
 * Gives tests the shipped broker with more rules: nobody may publish or subscribe below {@code
 * denied/} (save clients whose identifier begins with {@code wild}, since {@code #} touches that
 * too), and all may below {@code $test/}.
 */
public final class RuledBroker extends BrokerParameter {
  private static final String RULES = "io.fluxmqtt.acl-test.cfg";

  @Override
  BrokerProcess start() throws Exception {
    BrokerProcess broker = BrokerProcess.prepare("ruled");
    broker.set(RULES, "rule.denied", "deny both topic=denied/# priority=1");
    broker.set(RULES, "rule.wild", "allow subscribe topic=* client=wild* priority=2");
    broker.set(RULES, "rule.dollar", "allow both topic=$test/#");
    return broker.start();
  }
}
