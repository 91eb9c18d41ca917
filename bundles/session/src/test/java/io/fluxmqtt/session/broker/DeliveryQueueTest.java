package io.fluxmqtt.session.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.message.Message;
import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.TopicFilter;
import io.fluxmqtt.api.spi.access.Client;
import io.fluxmqtt.api.spi.auth.Principal;
import io.fluxmqtt.session.routing.Grant;
import io.fluxmqtt.session.routing.MatchVisitor;
import io.fluxmqtt.session.routing.SharedGroup;
import io.fluxmqtt.session.routing.SubscriptionTree;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class DeliveryQueueTest {
  private final DeliveryQueue queue = new DeliveryQueue();
  private final SharedGroup<Session> group = group();

  /** Groups come out of a tree. */
  private static SharedGroup<Session> group() {
    Broker broker = new Fixture().broker;
    Client client = new Client("c", Principal.ANONYMOUS, "default", null);
    SubscriptionTree<Session> tree = new SubscriptionTree<>();
    tree.add(
        new TopicFilter("g", "t"),
        new Session(broker, broker.house(), client, 1),
        new Grant(QoS.AT_LEAST_ONCE, false, false, 0));
    List<SharedGroup<Session>> found = new ArrayList<>();
    tree.match(
        "t",
        new MatchVisitor<>() {
          @Override
          public void subscriber(Session session, Grant grant) {}

          @Override
          public void group(SharedGroup<Session> group) {
            found.add(group);
          }
        });
    return found.get(0);
  }

  @Test
  void comesOutAsItWentInFirstInFirstOut() {
    for (int seed = 0; seed < 20; seed++) {
      Random random = new Random(seed);
      ArrayDeque<Delivery> model = new ArrayDeque<>();
      DeliveryQueue tested = new DeliveryQueue();
      for (int i = 0; i < 3_000; i++) {
        boolean grows = i / 500 % 2 == 0;
        if (random.nextInt(10) < (grows ? 8 : 2)) {
          Delivery delivery = random(random);
          model.add(delivery);
          tested.add(delivery);
        } else {
          assertEqual(model.poll(), tested.poll());
        }
        assertEquals(model.size(), tested.size());
        assertEquals(model.isEmpty(), tested.isEmpty());
      }
      while (!model.isEmpty()) {
        assertEqual(model.poll(), tested.poll());
      }
      assertNull(tested.poll());
    }
  }

  private Delivery random(Random random) {
    Delivery delivery =
        new Delivery(
            publication(random.nextInt()),
            random.nextInt(4) == 0 ? group : null,
            random.nextBoolean() ? QoS.AT_LEAST_ONCE : QoS.EXACTLY_ONCE);
    delivery.retain(random.nextBoolean());
    for (int i = random.nextInt(6) - 3; i > 0; i--) {
      delivery.addIdentifier(1 + random.nextInt(100));
    }
    if (random.nextBoolean()) {
      delivery.markStored();
    }
    return delivery;
  }

  @Test
  void namesThoseOfSharedSubscriptionsInOrder() {
    assertEquals(List.of(), queue.shared());
    Delivery first = delivery(1, group);
    Delivery last = delivery(3, group);
    queue.add(first);
    queue.add(delivery(2, null));
    queue.add(last);
    List<Delivery> shared = queue.shared();
    assertEquals(2, shared.size());
    assertEqual(first, shared.get(0));
    assertEqual(last, shared.get(1));
    assertEquals(3, queue.size());
    assertEqual(first, queue.poll());
    assertEquals(1, queue.shared().size());
  }

  @Test
  void holdsNothingAfterItWasCleared() {
    queue.add(delivery(1, group));
    queue.clear();
    assertTrue(queue.isEmpty());
    assertNull(queue.poll());
    assertEquals(List.of(), queue.shared());
    Delivery next = delivery(2, null);
    queue.add(next);
    assertFalse(queue.isEmpty());
    assertEqual(next, queue.poll());
  }

  private static Delivery delivery(int id, @Nullable SharedGroup<Session> group) {
    return new Delivery(publication(id), group, QoS.AT_LEAST_ONCE);
  }

  private static Publication publication(int number) {
    Message message = Message.of("t", Payload.ofUtf8("" + number), QoS.AT_LEAST_ONCE, false);
    return new Publication(message, null, Publication.NEVER);
  }

  private static void assertEqual(@Nullable Delivery expected, @Nullable Delivery actual) {
    if (expected == null || actual == null) {
      assertNull(expected);
      assertNull(actual);
      return;
    }
    assertSame(expected.publication, actual.publication);
    assertSame(expected.group, actual.group);
    assertEquals(expected.qos(), actual.qos());
    assertEquals(expected.isRetain(), actual.isRetain());
    assertEquals(expected.identifiers(), actual.identifiers());
    assertEquals(expected.isStored(), actual.isStored());
    assertEquals(0, actual.packetId());
  }
}
