package io.fluxmqtt.itests.blackbox.clients;

import io.fluxmqtt.itests.blackbox.clients.TestMessage.Properties;
import io.fluxmqtt.itests.kit.Await;
import io.fluxmqtt.itests.kit.BrokerAddress;
import io.fluxmqtt.itests.kit.Cable;
import io.fluxmqtt.itests.kit.Wire;
import io.fluxmqtt.itests.kit.WireTap;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A mosquitto_sub, or a mosquitto_pub that reads lines, behind a {@link Cable} of its own: this
 * tells what the program does not print, Session Present and the end of the connection, and keeps
 * it from connecting once more.
 */
final class MosquittoProcess implements AutoCloseable {
  /** One line for each message: M, then fields with a tab between. */
  static final String FORMAT = "M\\t%q\\t%r\\t%t\\t%C\\t%R\\t%D\\t%E\\t%P\\t%S\\t%x";

  private static final int FIELDS = 11;

  private final Cable cable;
  private final Process process;
  private final boolean subscribes;
  private final Consumer<TestMessage> messages;
  private final CountDownLatch subscribed = new CountDownLatch(1);

  MosquittoProcess(BrokerAddress broker, List<String> program, Consumer<TestMessage> messages)
      throws Exception {
    this.messages = messages;
    subscribes = program.contains("mosquitto_sub");
    cable = Cable.tapped(broker);
    List<String> command = new ArrayList<>(program);
    command.addAll(
        List.of("-h", cable.address().host(), "-p", String.valueOf(cable.address().port())));
    process = new ProcessBuilder(command).redirectErrorStream(true).start();
    Thread reader = new Thread(this::read, "mosquitto-output");
    reader.setDaemon(true);
    reader.start();
    Await.until("the program connects", () -> !cable.taps().isEmpty());
    cable.unplug();
  }

  /** Waits for CONNACK; returns Session Present. */
  boolean awaitConnected() throws Exception {
    Await.until("CONNACK", () -> connAck().isPresent());
    return connAck().orElseThrow().packet().sessionPresent();
  }

  void awaitSubscribed() throws InterruptedException {
    if (!subscribed.await(MqttPeer.PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw new AssertionError("no SUBACK");
    }
  }

  void onEnd(Runnable action) {
    cable.taps().get(0).ended().thenRun(action);
  }

  /** Has it send DISCONNECT and end. */
  void end() throws Exception {
    if (subscribes) {
      process.destroy();
    }
    process.getOutputStream().close();
    if (!process.waitFor(MqttPeer.PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw new AssertionError("it goes on");
    }
  }

  @Override
  public void close() throws Exception {
    process.destroyForcibly().waitFor();
    cable.close();
  }

  private Optional<WireTap.Passed> connAck() {
    return WireTap.first(cable.taps().get(0).fromBroker(), Wire.CONNACK);
  }

  private void read() {
    try (BufferedReader in = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        if (line.startsWith("M\t")) {
          messages.accept(message(line.split("\t", -1)));
        } else if (line.startsWith("Subscribed (mid")) {
          subscribed.countDown();
        }
      }
    } catch (IOException e) {
      // It was ended.
    }
  }

  private static TestMessage message(String[] fields) {
    if (fields.length != FIELDS) {
      throw new IllegalArgumentException(String.join("|", fields));
    }
    Properties properties =
        new Properties(
            text(fields[4]),
            text(fields[5]),
            text(fields[6]),
            fields[7].isEmpty() ? -1 : Long.parseLong(fields[7]),
            words(fields[8]).map(each -> each.replaceFirst(":", "=")).toList(),
            words(fields[9]).map(Integer::valueOf).toList());
    return TestMessage.of(
            fields[3],
            HexFormat.of().parseHex(fields[10]),
            Integer.parseInt(fields[1]),
            fields[2].equals("1"))
        .with(properties);
  }

  private static String text(String field) {
    return field.isEmpty() ? null : field;
  }

  private static Stream<String> words(String field) {
    return Stream.of(field.split(" ")).filter(each -> !each.isEmpty());
  }
}
