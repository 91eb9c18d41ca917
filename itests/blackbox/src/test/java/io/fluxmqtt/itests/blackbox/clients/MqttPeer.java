package io.fluxmqtt.itests.blackbox.clients;

import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A client, reduced to what the scenarios ask of every client. It connects once, never by itself
 * again.
 */
abstract class MqttPeer implements AutoCloseable {
  static final int PATIENCE_SECONDS = 10;
  static final int SESSION_EXPIRY_SECONDS = 600;

  private final BlockingQueue<TestMessage> received = new LinkedBlockingQueue<>();
  private final CountDownLatch lost = new CountDownLatch(1);

  /**
   * How a client connects.
   *
   * @param persistent whether its session outlives the connection
   * @param will its Will Message, or null
   * @param aliases how many Topic Aliases it takes from the broker (5.0)
   */
  record Login(
      String clientId, boolean persistent, int keepAliveSeconds, TestMessage will, int aliases) {
    private static final int KEEP_ALIVE_SECONDS = 60;

    static Login clean(String clientId) {
      return new Login(clientId, false, KEEP_ALIVE_SECONDS, null, 0);
    }

    static Login persistent(String clientId) {
      return new Login(clientId, true, KEEP_ALIVE_SECONDS, null, 0);
    }

    Login keepAlive(int seconds) {
      return new Login(clientId, persistent, seconds, will, aliases);
    }

    Login will(TestMessage message) {
      return new Login(clientId, persistent, keepAliveSeconds, message, aliases);
    }

    Login aliases(int maximum) {
      return new Login(clientId, persistent, keepAliveSeconds, will, maximum);
    }
  }

  /** Connects; returns Session Present. */
  abstract boolean connect(Login login) throws Exception;

  /** Subscribes, with a Subscription Identifier unless it is 0. */
  abstract void subscribe(String filter, int qos, int identifier) throws Exception;

  /** Publishes; returns when the flow of its QoS has ended. */
  abstract void publish(TestMessage message) throws Exception;

  /** Ends with DISCONNECT. */
  abstract void disconnect() throws Exception;

  /**
   * Publishes texts to one topic at QoS 1, by Topic Alias from the second on. This is for clients
   * that do so by themselves.
   */
  void publishByAlias(String topic, List<String> texts) throws Exception {
    for (String text : texts) {
      publish(TestMessage.of(topic, text, 1));
    }
  }

  final void subscribe(String filter, int qos) throws Exception {
    subscribe(filter, qos, 0);
  }

  /** The next message. */
  final TestMessage next() throws InterruptedException {
    TestMessage message = received.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    if (message == null) {
      throw new AssertionError("no message within " + PATIENCE_SECONDS + " s");
    }
    return message;
  }

  /** How many messages wait for {@link #next()}. */
  final int waiting() {
    return received.size();
  }

  /** Waits until the client noticed that its connection is gone. */
  final void awaitLost() throws InterruptedException {
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
