package io.fluxmqtt.itests.blackbox;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A client that nobody here wrote, reduced to what the tests ask of every client. It connects once,
 * never by itself again.
 */
abstract class MqttPeer implements AutoCloseable {
  static final int PATIENCE_SECONDS = 10;

  private final BlockingQueue<TestMessage> received = new LinkedBlockingQueue<>();
  private final CountDownLatch lost = new CountDownLatch(1);

  /**
   * How a client connects.
   *
   * @param persistent whether its session outlives the connection
   * @param will its Will Message, or null
   */
  record Login(String clientId, boolean persistent, TestMessage will) {}

  /** Connects; returns Session Present. */
  abstract boolean connect(Login login) throws Exception;

  /** Subscribes, with a Subscription Identifier unless it is 0. */
  abstract void subscribe(String filter, int qos, int identifier) throws Exception;

  /** Publishes; returns when the flow of its QoS has ended. */
  abstract void publish(TestMessage message) throws Exception;

  /** Ends with DISCONNECT. */
  abstract void disconnect() throws Exception;

  void subscribe(String filter, int qos) throws Exception {
    subscribe(filter, qos, 0);
  }

  /** The next message. */
  TestMessage next() throws InterruptedException {
    TestMessage message = received.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    if (message == null) {
      throw new AssertionError("no message within " + PATIENCE_SECONDS + " s");
    }
    return message;
  }

  /** How many messages wait for {@link #next()}. */
  int waiting() {
    return received.size();
  }

  /** Waits until the client noticed that its connection is gone. */
  void awaitLost() throws InterruptedException {
    if (!lost.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw new AssertionError("the client did not lose its connection");
    }
  }

  final void onMessage(TestMessage message) {
    received.add(message);
  }

  final void onLost() {
    lost.countDown();
  }
}
