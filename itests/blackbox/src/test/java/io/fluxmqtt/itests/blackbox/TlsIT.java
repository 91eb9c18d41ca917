package io.fluxmqtt.itests.blackbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.kit.Await;
import io.fluxmqtt.itests.kit.BrokerProcess;
import io.fluxmqtt.itests.kit.Certificates;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.Passwords;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.Tool;
import java.io.IOException;
import java.math.BigInteger;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.eclipse.paho.mqttv5.client.MqttClient;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** TLS listeners of the shipped runtime, with certificates made by openssl. */
class TlsIT {
  private static final Duration RELOAD = Duration.ofSeconds(2);
  private static final int CLIENTS = Integer.getInteger("tls.clients", 100);
  private static final int HALF_HELLOS = 500;
  private static final byte[] HALF_HELLO = HexFormat.of().parseHex("1603010200010001");

  private static BrokerProcess process;
  private static Certificates certificates;
  private static int open;
  private static int mutual;
  private static int impatient;

  @BeforeAll
  static void start() throws Exception {
    process = BrokerProcess.prepare("tls");
    certificates =
        new Certificates(process.folder().resolve("certificates"))
            .issue("one", "DNS:localhost,IP:127.0.0.1")
            .issue("two", "DNS:localhost,IP:127.0.0.1")
            .issue("client", "DNS:client");
    Path etc = process.etc();
    certificates.copy("one.pem", etc.resolve("server.pem"));
    certificates.copy("one.key", etc.resolve("server.key"));
    certificates.copy("one.p12", etc.resolve("server.p12"));
    certificates.copy("ca.pem", etc.resolve("ca.pem"));
    open = listener("open", "certificateFile = server.pem\nkeyFile = server.key\n");
    mutual =
        listener(
            "mutual",
            "keyStoreFile = server.p12\n.keyPassword = secret\ncaFile = ca.pem\n"
                + "clientCertificate = required\n");
    impatient =
        listener(
            "impatient",
            "keyStoreFile = server.p12\n.keyPassword = secret\nconnectTimeoutSeconds = 2\n");
    listener("broken", "certificateFile = nowhere.pem\n");
    Passwords.write(process, Map.of("ann", "open sesame")); // who shows something is not anonymous
    process.set("io.fluxmqtt.access.cfg", "authenticators", "file, anonymous");
    process.start();
  }

  private static int listener(String name, String keys) throws IOException {
    int port = BrokerProcess.freePort();
    process.write(
        "io.fluxmqtt.listener-" + name + ".cfg", "type = tls\nport = " + port + "\n" + keys);
    return port;
  }

  @AfterAll
  static void stop() throws Exception {
    if (process != null) {
      process.close();
    }
  }

  @Test
  void listenerThatCannotWorkSaysWhyAndTheOthersAreThere() throws IOException {
    String line = process.find("listener broken:", 0).orElseThrow();
    assertTrue(line.contains("nowhere.pem is not there"), line);
    try (RawClient plain = RawClient.connected(process.address(), ConnectPacket.v5("plain"))) {
      plain.ping();
    }
    assertFalse(process.log().contains("secret"), "a password is in the log");
  }

  @Test
  void mosquittoSpeaksTls() throws Exception {
    String sub = Tool.require("mosquitto_sub", "mosquitto-clients");
    String ca = certificates.file("ca.pem").toString();
    for (String version : List.of("tlsv1.2", "tlsv1.3")) {
      String topic = "tls/" + version;
      CompletableFuture<Tool.Result> heard =
          CompletableFuture.supplyAsync(() -> subscribed(sub, ca, topic));
      Await.until(
          "the message is heard",
          () -> {
            assertEquals(0, publish(open, topic, "--cafile", ca, "--tls-version", version).exit());
            return heard.isDone();
          });
      assertEquals("hello", heard.get().output().trim());
    }
  }

  private static Tool.Result subscribed(String sub, String ca, String topic) {
    try {
      return Tool.run(
          Duration.ofSeconds(20),
          sub,
          "-h",
          "localhost",
          "-p",
          String.valueOf(open),
          "--cafile",
          ca,
          "-t",
          topic,
          "-C",
          "1");
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static Tool.Result publish(int port, String topic, String... more) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Tool.require("mosquitto_pub", "mosquitto-clients"),
                "-h",
                "localhost",
                "-p",
                String.valueOf(port),
                "-q",
                "1",
                "-t",
                topic,
                "-m",
                "hello"));
    command.addAll(List.of(more));
    return Tool.run(Duration.ofSeconds(20), command.toArray(String[]::new));
  }

  @Test
  void mosquittoNeedsItsCertificateWhereOneIsRequired() throws Exception {
    String ca = certificates.file("ca.pem").toString();
    assertNotEquals(0, publish(mutual, "tls/m", "--cafile", ca).exit());
    Tool.Result shown =
        publish(
            mutual,
            "tls/m",
            "--cafile",
            ca,
            "--cert",
            certificates.file("client.pem").toString(),
            "--key",
            certificates.file("client.key").toString(),
            "-u",
            "ann",
            "-P",
            "open sesame");
    assertEquals(0, shown.exit(), shown.output());
    process.awaitLine("tls-certificate-required", Duration.ofSeconds(10));
  }

  @Test
  void pahoSpeaksTlsWithAndWithoutCertificate() throws Exception {
    assertTrue(pahoConnects(open, null));
    assertTrue(pahoConnects(mutual, "client"));
    assertThrows(MqttException.class, () -> pahoConnects(mutual, null));
  }

  private static boolean pahoConnects(int port, String identity) throws Exception {
    MqttConnectionOptions options = new MqttConnectionOptions();
    options.setSocketFactory(certificates.client(identity).getSocketFactory());
    options.setConnectionTimeout(20);
    options.setUserName("ann");
    options.setPassword("open sesame".getBytes(UTF_8));
    MqttClient client =
        new MqttClient("ssl://localhost:" + port, "paho-" + identity, new MemoryPersistence());
    try {
      client.connect(options);
      client.publish("tls/paho", new MqttMessage("x".getBytes(UTF_8)));
      boolean connected = client.isConnected();
      client.disconnect();
      return connected;
    } finally {
      client.close();
    }
  }

  @Test
  void renewedCertificateIsShownWithinTwoSecondsAndNobodyIsDisconnected() throws Exception {
    SSLContext context = certificates.client(null);
    List<Socket> connected = new ArrayList<>();
    try {
      for (int i = 0; i < CLIENTS; i++) {
        SSLSocket socket = connect(context, open);
        socket.getOutputStream().write(ConnectPacket.v5("renewal-" + i).toBytes());
        connected.add(socket);
        assertEquals(0x20, socket.getInputStream().read(), "CONNACK");
      }
      Path key = process.etc().resolve("server.key");
      Path certificate = process.etc().resolve("server.pem");
      certificates.copy("two.pem", certificate);
      certificates.copy("two.key", key);
      awaitShown("two", RELOAD);
      int mark = process.mark();
      Files.writeString(key, "no key");
      process.awaitLine("stays in force", mark, Duration.ofSeconds(10));
      assertEquals(certificates.certificate("two").getSerialNumber(), shown());
      certificates.copy("one.key", key);
      certificates.copy("one.pem", certificate);
      awaitShown("one", RELOAD);
      for (Socket each : connected) {
        each.getInputStream().skipNBytes(each.getInputStream().available());
        each.getOutputStream().write(new byte[] {(byte) 0xC0, 0});
        assertEquals(0xD0, each.getInputStream().read(), "closed");
      }
    } finally {
      for (Socket each : connected) {
        each.close();
      }
    }
  }

  private static void awaitShown(String name, Duration limit) throws Exception {
    BigInteger serial = certificates.certificate(name).getSerialNumber();
    Await.until(name + " is shown", limit, () -> shown().equals(serial));
  }

  private static BigInteger shown() throws Exception {
    try (SSLSocket socket = connect(certificates.client(null), open)) {
      return ((java.security.cert.X509Certificate) socket.getSession().getPeerCertificates()[0])
          .getSerialNumber();
    }
  }

  private static SSLSocket connect(SSLContext context, int port) throws IOException {
    SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port);
    socket.setSoTimeout(20_000);
    socket.startHandshake();
    return socket;
  }

  @Test
  void halfHellosAndSlowConnectsEndAndHoldUpNobody() throws Exception {
    List<Socket> slow = new ArrayList<>();
    try {
      SSLContext context = certificates.client(null);
      for (int i = 0; i < HALF_HELLOS; i++) {
        Socket half = new Socket("127.0.0.1", impatient);
        half.setSoTimeout(20_000);
        half.getOutputStream().write(HALF_HELLO);
        slow.add(half);
        if (i % 25 == 0) {
          SSLSocket mute = connect(context, impatient);
          mute.getOutputStream().write(0x10);
          slow.add(mute);
        }
      }
      SSLSocket other = connect(context, open);
      slow.add(other);
      other.getOutputStream().write(ConnectPacket.v5("other").toBytes());
      assertEquals(0x20, other.getInputStream().read());
      slow.remove(other);
      for (Socket each : slow) {
        assertEnds(each);
      }
      other.close();
    } finally {
      for (Socket each : slow) {
        each.close();
      }
    }
  }

  private static void assertEnds(Socket socket) {
    try {
      byte[] left = socket.getInputStream().readAllBytes();
      assertTrue(left.length < 1000, "a few bytes of farewell at most");
    } catch (java.net.SocketTimeoutException e) {
      throw new AssertionError("still open", e);
    } catch (IOException e) {
      assertFalse(e.getMessage().isEmpty()); // reset, which is an end as well
    }
  }

  @Test
  void sslscanFindsNothingWeak() throws Exception {
    String sslscan = Tool.require("sslscan", "sslscan");
    String found =
        Tool.run(Duration.ofMinutes(2), sslscan, "--no-colour", "localhost:" + open).output();
    for (String version : List.of("SSLv2", "SSLv3", "TLSv1.0", "TLSv1.1")) {
      assertTrue(Pattern.compile(version + " +disabled").matcher(found).find(), found);
    }
    for (String version : List.of("TLSv1.2", "TLSv1.3")) {
      assertTrue(Pattern.compile(version + " +enabled").matcher(found).find(), found);
    }
    List<String> suites =
        found.lines().filter(line -> line.matches("(Preferred|Accepted) .*")).toList();
    assertFalse(suites.isEmpty(), found);
    for (String suite : suites) {
      assertTrue(suite.matches(".*(GCM|POLY1305).*"), suite);
      assertTrue(suite.contains("TLSv1.3") || suite.contains("ECDHE"), suite);
    }
    assertFalse(found.toLowerCase(Locale.ROOT).contains("ffdhe"), found);
    assertTrue(found.contains("not vulnerable to heartbleed"), found);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-p", "-s", "-f", "-R", "-H", "-O", "-F"})
  void testsslFindsNothingWeak(String part) throws Exception {
    String testssl = Tool.require("testssl", "testssl.sh");
    Tool.require("openssl", "openssl");
    Path findings = process.folder().resolve("testssl.csv");
    Files.deleteIfExists(findings);
    Tool.Result result =
        Tool.run(
            Duration.ofMinutes(2),
            testssl,
            "--quiet",
            "--color",
            "0",
            "--warnings",
            "off",
            "--csvfile",
            findings.toString(),
            part,
            "localhost:" + open);
    try (Stream<String> lines = Files.lines(findings)) {
      List<String> all = lines.toList();
      assertTrue(all.size() > 2, result.output());
      Pattern weak = Pattern.compile("\"(LOW|MEDIUM|HIGH|CRITICAL|FATAL)\"");
      assertEquals(List.of(), all.stream().filter(line -> weak.matcher(line).find()).toList());
    }
  }
}
