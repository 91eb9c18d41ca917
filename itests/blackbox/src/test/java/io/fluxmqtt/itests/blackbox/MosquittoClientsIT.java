package io.fluxmqtt.itests.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.kit.Await;
import io.fluxmqtt.itests.kit.BrokerAddress;
import io.fluxmqtt.itests.kit.SharedBroker;
import io.fluxmqtt.itests.kit.Tool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** mosquitto_pub and mosquitto_sub of Debian. */
@ExtendWith(SharedBroker.class)
class MosquittoClientsIT {
  private static final Duration LIMIT = Duration.ofSeconds(10);

  private final String topic = "mosquitto/" + UUID.randomUUID();
  private BrokerAddress broker;

  @BeforeEach
  void findTools(BrokerAddress address) {
    broker = address;
    Tool.require("mosquitto_pub", "mosquitto-clients");
    Tool.require("stdbuf", "coreutils");
  }

  @ParameterizedTest
  @CsvSource({"311,0", "311,1", "311,2", "5,0", "5,1", "5,2"})
  void subGetsWhatPubSends(String version, String qos) throws Exception {
    try (Sub sub = new Sub("-V", version, "-q", qos, "-t", topic, "-C", "1")) {
      publish("-V", version, "-q", qos, "-t", topic, "-m", "hello");
      assertTrue(sub.output().endsWith("hello\n"), sub.output());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"311", "5"})
  void retainedMessagesComeThroughWildcards(String version) throws Exception {
    publish("-V", version, "-q", "1", "-r", "-t", topic + "/a/b", "-m", "kept");
    try (Sub sub = new Sub("-V", version, "-F", "%r %t %p", "-t", topic + "/+/b", "-C", "1")) {
      assertTrue(sub.output().endsWith("1 " + topic + "/a/b kept\n"), sub.output());
    }
    publish("-V", version, "-q", "1", "-r", "-t", topic + "/a/b", "-n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"311", "5"})
  void queuedMessagesWaitForTheirSession(String version) throws Exception {
    List<String> session = new ArrayList<>(List.of("-V", version, "-i", "q" + topic, "-c"));
    if (version.equals("5")) {
      session.addAll(List.of("-x", "60"));
    }
    session.addAll(List.of("-q", "1", "-t", topic));
    List<String> leave = new ArrayList<>(session);
    leave.add("-E");
    try (Sub sub = new Sub(leave.toArray(String[]::new))) {
      sub.output();
    }
    publish("-V", version, "-q", "1", "-t", topic, "-m", "one");
    publish("-V", version, "-q", "2", "-t", topic, "-m", "two");
    session.addAll(List.of("-C", "2"));
    try (Sub sub = new Sub(session.toArray(String[]::new))) {
      String output = sub.output();
      assertTrue(output.indexOf("\none\n") < output.indexOf("\ntwo\n"), output);
      assertTrue(output.contains("\none\n"), output);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"311", "5"})
  void willComesWhenAClientIsKilled(String version) throws Exception {
    try (Sub watcher = new Sub("-V", version, "-t", topic + "/will", "-C", "1");
        Sub mortal =
            new Sub(
                "-V",
                version,
                "-t",
                topic,
                "--will-topic",
                topic + "/will",
                "--will-payload",
                "gone")) {
      mortal.kill();
      assertTrue(watcher.output().endsWith("gone\n"), watcher.output());
    }
  }

  private void publish(String... arguments) throws Exception {
    Tool.Result result = Tool.run(LIMIT, command("mosquitto_pub", arguments));
    assertEquals(0, result.exit(), result.output());
  }

  private String[] command(String program, String... arguments) {
    List<String> command =
        new ArrayList<>(List.of(program, "-h", broker.host(), "-p", "" + broker.port()));
    command.addAll(List.of(arguments));
    return command.toArray(String[]::new);
  }

  /** A mosquitto_sub that has subscribed. */
  private final class Sub implements AutoCloseable {
    private final Path file = Files.createTempFile("mosquitto_sub", ".out");
    private final Process process;

    Sub(String... arguments) throws Exception {
      List<String> command = new ArrayList<>(List.of("stdbuf", "-oL"));
      command.addAll(List.of(command("mosquitto_sub", arguments)));
      command.add("-d");
      process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(file.toFile())
              .start();
      Await.until(
          "SUBACK", () -> Files.readString(file).contains("Subscribed (mid") || !process.isAlive());
    }

    /** What it printed, with its debug lines taken out, once it has ended. */
    String output() throws Exception {
      if (!process.waitFor(LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new AssertionError("mosquitto_sub goes on\n" + Files.readString(file));
      }
      StringBuilder lines = new StringBuilder("\n");
      for (String line : Files.readAllLines(file)) {
        if (!line.startsWith("Client ") && !line.startsWith("Subscribed ")) {
          lines.append(line).append('\n');
        }
      }
      return lines.toString();
    }

    void kill() throws InterruptedException {
      process.destroyForcibly().waitFor();
    }

    @Override
    public void close() throws Exception {
      kill();
      Files.delete(file);
    }
  }
}
