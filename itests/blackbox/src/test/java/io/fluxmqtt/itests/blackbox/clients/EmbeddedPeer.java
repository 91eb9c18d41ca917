package io.fluxmqtt.itests.blackbox.clients;

import io.fluxmqtt.itests.kit.BrokerAddress;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * The main program around {@link EmbeddedClient}: one thread that does what it is told, or loops.
 */
final class EmbeddedPeer extends MqttPeer implements EmbeddedClient.Sink {
  private final BrokerAddress broker;
  private final BlockingQueue<FutureTask<?>> orders = new LinkedBlockingQueue<>();
  private final ByteArrayOutputStream payload = new ByteArrayOutputStream();
  private EmbeddedClient client; // of the thread, once it is connected
  private TestMessage head;
  private volatile boolean over;

  EmbeddedPeer(BrokerAddress broker) {
    this.broker = broker;
  }

  @Override
  boolean connect(Login login) throws Exception {
    client = new EmbeddedClient(broker.host(), broker.port(), this);
    boolean present =
        client.connect(
            login.clientId(), !login.persistent(), login.keepAliveSeconds(), login.will());
    Thread thread = new Thread(this::run, "embedded-client");
    thread.setDaemon(true);
    thread.start();
    return present;
  }

  @Override
  void subscribe(String filter, int qos, int identifier) throws Exception {
    order(
        () -> {
          client.subscribe(filter, qos);
          return true;
        });
  }

  @Override
  void publish(TestMessage message) throws Exception {
    order(
        () -> {
          byte[] bytes = message.payload();
          client.beginPublish(message.topic(), bytes.length, message.qos(), message.retain());
          for (int from = 0; from < bytes.length; from += EmbeddedClient.BUFFER_BYTES) {
            client.write(bytes, from, Math.min(EmbeddedClient.BUFFER_BYTES, bytes.length - from));
          }
          client.endPublish(message.qos());
          return true;
        });
  }

  @Override
  void disconnect() throws Exception {
    order(
        () -> {
          over = true;
          client.disconnect();
          return true;
        });
  }

  @Override
  public void close() throws IOException {
    over = true;
    if (client != null) {
      client.close();
    }
  }

  @Override
  public void begin(String topic, int qos, boolean retain) {
    payload.reset();
    head = TestMessage.of(topic, new byte[0], qos, retain);
  }

  @Override
  public void piece(byte[] buffer, int length) {
    payload.write(buffer, 0, length);
  }

  @Override
  public void end() {
    onMessage(TestMessage.of(head.topic(), payload.toByteArray(), head.qos(), head.retain()));
  }

  private <T> T order(Callable<T> what) throws Exception {
    FutureTask<T> order = new FutureTask<>(what);
    orders.add(order);
    return order.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  private void run() {
    try {
      while (!over) {
        FutureTask<?> order = orders.poll();
        if (order != null) {
          order.run();
        } else {
          client.loop();
        }
      }
    } catch (IOException e) {
      onLost();
    }
  }
}
