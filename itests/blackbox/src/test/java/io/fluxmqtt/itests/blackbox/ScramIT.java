package io.fluxmqtt.itests.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAckReasonCode;
import io.fluxmqtt.itests.kit.Await;
import io.fluxmqtt.itests.kit.BrokerAddress;
import io.fluxmqtt.itests.kit.BrokerProcess;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.Wire;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Users that show by SCRAM that they know their password, in the HiveMQ client. */
class ScramIT {
  private static final String USERS = "flux-mqtt.scram";
  private static final String SHA_256 = "SCRAM-SHA-256";
  private static final String SHA_512 = "SCRAM-SHA-512";

  private static BrokerProcess process;
  private static BrokerAddress broker;
  private static String ann256;
  private static String ann512;
  private static String bob;
  private final List<Mqtt5BlockingClient> clients = new ArrayList<>();

  @BeforeAll
  static void start() throws Exception {
    process = BrokerProcess.prepare("scram");
    process.load("io.fluxmqtt.auth.scram");
    ann256 = line(process, "ann", "secret of ann");
    ann512 = line(process, "ann", "secret of ann", "--sha-512", "--iterations", "4096");
    bob = line(process, "bob", "secret of bob");
    process.write(USERS, String.join("\n", ann256, ann512, bob));
    process.write("io.fluxmqtt.auth.scram-default.cfg", "pollMillis = 50\n");
    process.write("io.fluxmqtt.auth.scram-strong.cfg", "name = strong\nmethod = " + SHA_512 + "\n");
    process.set("io.fluxmqtt.access.cfg", "enhancedAuthenticators", "scram, strong");
    process.set("io.fluxmqtt.access.cfg", "authenticators", "");
    process.write("io.fluxmqtt.acl-default.cfg", "rule.own = allow both topic=own/%u\n");
    process.start();
    broker = process.address();
  }

  @AfterAll
  static void stop() throws Exception {
    if (process != null) {
      process.close();
    }
  }

  @AfterEach
  void disconnect() {
    for (Mqtt5BlockingClient client : clients) {
      if (client.getState().isConnected()) {
        client.disconnect();
      }
    }
  }

  /** Asks the tool that is shipped, as its documentation says. */
  static String line(BrokerProcess broker, String user, String password, String... options)
      throws Exception {
    Path jar;
    try (Stream<Path> jars = Files.list(broker.load())) {
      jar = jars.filter(each -> each.toString().contains("scram")).findFirst().orElseThrow();
    }
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", jar.toString(), "io.fluxmqtt.auth.scram.ScramAdd"));
    command.addAll(List.of(options));
    command.add(user);
    Process tool = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      tool.getOutputStream().write(password.getBytes(StandardCharsets.UTF_8));
      tool.getOutputStream().close();
      String line = new String(tool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertTrue(tool.waitFor(30, TimeUnit.SECONDS));
      assertEquals(0, tool.exitValue(), line);
      return line.strip();
    } finally {
      tool.destroyForcibly();
    }
  }

  private Mqtt5BlockingClient client(ScramMechanism mechanism) {
    Mqtt5BlockingClient client =
        Mqtt5Client.builder()
            .serverHost(broker.host())
            .serverPort(broker.port())
            .enhancedAuth(mechanism)
            .buildBlocking();
    clients.add(client);
    return client;
  }

  /** The reason why a client is refused; SUCCESS if it is not. */
  private Mqtt5ConnAckReasonCode login(String method, String user, String password) {
    try {
      Mqtt5BlockingClient client = client(new ScramMechanism(method, user, password));
      return client.connect().getReasonCode();
    } catch (Mqtt5ConnAckException e) {
      return e.getMqttMessage().getReasonCode();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {SHA_256, SHA_512})
  void userEntersAndAuthenticatesAgain(String method) {
    ScramMechanism ann = new ScramMechanism(method, "ann", "secret of ann");
    Mqtt5BlockingClient client = client(ann);
    client.connect();
    assertEquals(1, ann.served.get());
    client.reauth();
    assertEquals(2, ann.served.get());
    client.publishWith().topic("own/ann").qos(MqttQos.AT_LEAST_ONCE).send();
  }

  @ParameterizedTest
  @ValueSource(strings = {SHA_256, SHA_512})
  void wrongPasswordAndUnknownUserAreRefused(String method) {
    assertEquals(
        Mqtt5ConnAckReasonCode.BAD_USER_NAME_OR_PASSWORD, login(method, "ann", "secret of bob"));
    assertEquals(
        Mqtt5ConnAckReasonCode.BAD_USER_NAME_OR_PASSWORD, login(method, "eve", "secret of eve"));
    assertEquals(Mqtt5ConnAckReasonCode.SUCCESS, login(method, "ann", "secret of ann"));
  }

  @Test
  void whoAuthenticatesAgainAsAnotherOrWithAWrongPasswordIsDisconnected() throws Exception {
    for (String password : List.of("secret of bob", "wrong")) {
      ScramMechanism ann = new ScramMechanism(SHA_256, "ann", "secret of ann");
      Mqtt5BlockingClient client = client(ann);
      client.connect();
      ann.turnTo(password.equals("wrong") ? "ann" : "bob", password);
      try {
        client.reauth();
        throw new AssertionError("accepted");
      } catch (RuntimeException e) {
        Await.until("disconnected", () -> !client.getState().isConnected());
      }
      assertEquals(1, ann.served.get());
    }
  }

  @Test
  void changedUsersCountWithoutARestartAndABadFileLeavesThem() throws Exception {
    Mqtt5BlockingClient stays = client(new ScramMechanism(SHA_256, "ann", "secret of ann"));
    stays.connect();
    process.write(USERS, ann512 + "\n" + bob);
    Await.until(
        "ann is not known any more",
        () -> login(SHA_256, "ann", "secret of ann") != Mqtt5ConnAckReasonCode.SUCCESS);
    stays.publishWith().topic("own/ann").qos(MqttQos.AT_LEAST_ONCE).send();

    int mark = process.mark();
    process.write(USERS, ann256 + "\nbob:secret of bob\n");
    String line = process.awaitLine("line 2: ", mark, Duration.ofSeconds(10));
    assertTrue(line.contains("stay in force") && !line.contains("secret of bob"), line);
    assertEquals(Mqtt5ConnAckReasonCode.SUCCESS, login(SHA_256, "bob", "secret of bob"));

    process.write(USERS, String.join("\n", ann256, ann512, bob));
    Await.until(
        "ann is known again",
        () -> login(SHA_256, "ann", "secret of ann") == Mqtt5ConnAckReasonCode.SUCCESS);
  }

  @Test
  void badDataAndOtherMethodsAreRefused() throws IOException {
    assertEquals(0x82, refusal(SHA_256, "nonsense"));
    assertEquals(0x82, refusal(SHA_256, "n,,n=ann,r=" + "x".repeat(5_000)));
    assertEquals(0x8C, refusal(SHA_256, "p=tls-unique,,n=ann,r=abc"));
    assertEquals(0x8C, refusal("SCRAM-SHA-1", "n,,n=ann,r=abc"));
    try (RawClient client = RawClient.open(broker)) {
      assertTrue(client.connect(ConnectPacket.v5("c").login("ann", "secret of ann")).reason() != 0);
    }
  }

  private static int refusal(String method, String data) throws IOException {
    try (RawClient client = RawClient.open(broker)) {
      return client
          .connect(
              ConnectPacket.v5("c")
                  .with(Wire.AUTHENTICATION_METHOD, Wire.utf8(method))
                  .with(
                      Wire.AUTHENTICATION_DATA, Wire.binary(data.getBytes(StandardCharsets.UTF_8))))
          .reason();
    }
  }
}
