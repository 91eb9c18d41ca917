package io.fluxmqtt.itests.blackbox.clients;

import io.fluxmqtt.itests.blackbox.clients.TestMessage.Properties;
import io.fluxmqtt.itests.kit.BrokerAddress;
import io.fluxmqtt.itests.kit.Tool;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * mosquitto_pub and mosquitto_sub of Debian as one client. What is connected for the whole time is
 * a mosquitto_sub that goes on with a session or, without one, a mosquitto_pub that waits for lines
 * to publish. Every message is published by a process of its own, and so is every filter of a clean
 * session subscribed to.
 */
final class MosquittoPeer extends MqttPeer {
  private final BrokerAddress broker;
  private final boolean v5;
  private final List<MosquittoProcess> running = new ArrayList<>();
  private Login login;
  private MosquittoProcess main;

  private MosquittoPeer(BrokerAddress broker, boolean v5) {
    Tool.require("mosquitto_pub", "mosquitto-clients");
    Tool.require("mosquitto_sub", "mosquitto-clients");
    Tool.require("stdbuf", "coreutils");
    this.broker = broker;
    this.v5 = v5;
  }

  static MqttPeer v311(BrokerAddress broker) {
    return new MosquittoPeer(broker, false);
  }

  static MqttPeer v5(BrokerAddress broker) {
    return new MosquittoPeer(broker, true);
  }

  @Override
  boolean connect(Login how) throws Exception {
    login = how;
    if (login.persistent()) {
      // It subscribes or does not start: to what nobody publishes, here.
      main = subscriber(login.clientId(), login.clientId() + "/nothing", 0, 0);
    } else {
      List<String> command = command("mosquitto_pub", login.clientId());
      command.addAll(List.of("-l", "-t", login.clientId() + "/nothing"));
      command.addAll(will());
      main = start(command);
    }
    main.onEnd(this::onLost);
    return main.awaitConnected();
  }

  @Override
  void subscribe(String filter, int qos, int identifier) throws Exception {
    String clientId = login.clientId();
    if (login.persistent()) {
      main.end();
      main = subscriber(clientId, filter, qos, identifier);
    } else {
      subscriber(clientId + "-" + running.size(), filter, qos, identifier);
    }
  }

  @Override
  void publish(TestMessage message) throws Exception {
    List<String> command = publisher(message.topic(), message.qos());
    if (message.retain()) {
      command.add("-r");
    }
    command.addAll(properties("publish", message.properties()));
    if (message.payload().length == 0) {
      command.add("-n");
      run(command);
      return;
    }
    Path payload = Files.createTempFile("mosquitto_pub", ".bin");
    try {
      Files.write(payload, message.payload());
      command.addAll(List.of("-f", payload.toString()));
      run(command);
    } finally {
      Files.delete(payload);
    }
  }

  @Override
  void publishByAlias(String topic, List<String> texts) throws Exception {
    List<String> command = publisher(topic, 1);
    command.addAll(List.of("-l", "-D", "publish", "topic-alias", "1"));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (OutputStream lines = process.getOutputStream()) {
      lines.write((String.join("\n", texts) + "\n").getBytes(StandardCharsets.UTF_8));
    }
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
      process.destroyForcibly();
      throw new AssertionError("mosquitto_pub did not end well");
    }
  }

  @Override
  void disconnect() throws Exception {
    for (MosquittoProcess each : running) {
      each.end();
    }
  }

  @Override
  public void close() throws Exception {
    for (MosquittoProcess each : running) {
      each.close();
    }
  }

  private MosquittoProcess subscriber(String clientId, String filter, int qos, int identifier)
      throws Exception {
    List<String> command = command("mosquitto_sub", clientId);
    command.addAll(List.of("-F", MosquittoProcess.FORMAT, "-t", filter, "-q", String.valueOf(qos)));
    if (login.persistent()) {
      command.add("-c");
    }
    if (login.persistent() && v5) {
      command.addAll(List.of("-x", String.valueOf(SESSION_EXPIRY_SECONDS)));
    }
    if (identifier != 0) {
      command.addAll(
          List.of("-D", "subscribe", "subscription-identifier", String.valueOf(identifier)));
    }
    MosquittoProcess process = start(command);
    process.awaitSubscribed();
    return process;
  }

  private MosquittoProcess start(List<String> command) throws Exception {
    MosquittoProcess process = new MosquittoProcess(broker, command, this::onMessage);
    running.add(process);
    return process;
  }

  private List<String> publisher(String topic, int qos) {
    List<String> command = new ArrayList<>(List.of("mosquitto_pub", "-V", v5 ? "5" : "311"));
    command.addAll(List.of("-h", broker.host(), "-p", String.valueOf(broker.port())));
    command.addAll(List.of("-t", topic, "-q", String.valueOf(qos)));
    return command;
  }

  private static void run(List<String> command) throws Exception {
    Tool.Result result =
        Tool.run(Duration.ofSeconds(PATIENCE_SECONDS), command.toArray(String[]::new));
    if (result.exit() != 0) {
      throw new AssertionError(result.output());
    }
  }

  private List<String> command(String program, String clientId) {
    List<String> command = new ArrayList<>(List.of("stdbuf", "-oL", program, "-d"));
    command.addAll(List.of("-V", v5 ? "5" : "311", "-i", clientId));
    command.addAll(List.of("-k", String.valueOf(login.keepAliveSeconds())));
    return command;
  }

  private List<String> will() {
    TestMessage will = login.will();
    if (will == null) {
      return List.of();
    }
    List<String> options = new ArrayList<>(List.of("--will-topic", will.topic()));
    options.addAll(List.of("--will-payload", will.text()));
    options.addAll(List.of("--will-qos", String.valueOf(will.qos())));
    if (will.retain()) {
      options.add("--will-retain");
    }
    options.addAll(properties("will", will.properties()));
    return options;
  }

  private static List<String> properties(String command, Properties from) {
    List<String> options = new ArrayList<>();
    add(options, command, "content-type", from.contentType());
    add(options, command, "response-topic", from.responseTopic());
    add(options, command, "correlation-data", from.correlation());
    if (from.expirySeconds() >= 0) {
      add(options, command, "message-expiry-interval", String.valueOf(from.expirySeconds()));
    }
    for (String each : from.user()) {
      options.addAll(List.of("-D", command, "user-property"));
      options.addAll(List.of(Properties.pair(each)));
    }
    return options;
  }

  private static void add(List<String> options, String command, String name, String value) {
    if (value != null) {
      options.addAll(List.of("-D", command, name, value));
    }
  }
}
