package io.fluxmqtt.session.broker;

import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.spi.store.SessionChange;

/** A broker and somebody who publishes to "t" at QoS 1. */
final class Given {
  final Fixture fixture;
  final TestClient publisher;

  Given(BrokerSettings settings) {
    fixture = new Fixture(settings);
    publisher = fixture.client().connect("publisher");
  }

  TestClient durable(String id) {
    return fixture.clientOnOtherLoop().connect(TestClient.connect5(id, false, 1_000));
  }

  void publish(String... texts) {
    for (String text : texts) {
      publisher.publish("t", text, QoS.AT_LEAST_ONCE, 1);
    }
  }

  void retain(String... topics) {
    for (String topic : topics) {
      publisher.give(TestClient.publication(topic, topic, QoS.AT_LEAST_ONCE, 1, true));
    }
  }

  Outbox outbox(String clientId) {
    return fixture.broker.sessions().find(clientId).outbox();
  }

  Long drops(String reason) {
    return fixture.broker.counters().drops().get(reason);
  }

  int removedFromStore() {
    return fixture.stores.changes(SessionChange.RemoveDelivery.class).size();
  }
}
