package io.fluxmqtt.itests.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.kit.BrokerAddress;
import io.fluxmqtt.itests.kit.BrokerProcess;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.RawClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Changes of the configuration of a broker that runs: all of them, or none. */
class TransactionIT {
  private static final String SESSION = "io.fluxmqtt.session";
  private static final String LAN = "io.fluxmqtt.listener~lan";
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final Pattern STAMP = Pattern.compile("stamp=(\\S+)");

  private static BrokerProcess broker;
  private static Configurator configurator;

  @BeforeAll
  static void start() throws Exception {
    configurator = new Configurator(BrokerProcess.freePort());
    String option = "-D%s=%d".formatted(Configurator.PROPERTY, configurator.port());
    broker = BrokerProcess.prepare("transaction", Map.of("JAVA_OPTS", "-Xmx256m " + option));
    Configurator.hang(broker.load());
    broker.start();
    configurator.awaitOpen(LIMIT);
  }

  @AfterAll
  static void stop() throws Exception {
    broker.close();
  }

  @Test
  void threeChangesCountTogether() throws Exception {
    int port = BrokerProcess.freePort();
    try (RawClient client = client(broker.address(), "stays")) {
      String answer =
          ask(
              "apply - 3 %s?port=%d %s?receiveMaximum=7 io.fluxmqtt.acl~extra?rule.extra=%s"
                  .formatted(LAN, port, SESSION, "deny+publish+topic%3Dextra/%23+priority%3D100"));
      assertTrue(answer.startsWith("APPLIED [] problems=[]"), answer);
      assertTrue(answer.contains("listener lan opens; nobody is disconnected"), answer);
      try (RawClient other = RawClient.open(new BrokerAddress("127.0.0.1", port))) {
        long maximum = other.connect(ConnectPacket.v5("other")).number(0x21, 65_535);
        assertEquals(7, maximum, "Receive Maximum, by the same transaction");
        assertEquals(0x87, other.publish("extra/x", "denied"));
      }
      client.ping();
    }
    String text = Files.readString(broker.etc().resolve(SESSION + ".cfg"));
    assertTrue(text.contains("\nreceiveMaximum = 7\n"), text);
    assertTrue(text.contains("\n# "), "its comments are gone");
    String gone = ask("apply - 3 %s! io.fluxmqtt.acl~extra!".formatted(LAN));
    assertTrue(gone.startsWith("APPLIED [] problems=[]"), gone);
    assertFalse(Files.exists(broker.etc().resolve("io.fluxmqtt.listener-lan.cfg")));
  }

  @Test
  void oneBadValueAmongThemLeavesAllFilesUntouched() throws Exception {
    Map<String, String> before = files();
    String changes =
        "%s?port=0 %s?receiveMaximum=70000&queueMaxBytes=many io.fluxmqtt.acl~x?rule.x=allow"
            .formatted(LAN, SESSION);
    String answer = ask("apply - 3 " + changes);
    assertTrue(answer.startsWith("REFUSED"), answer);
    assertTrue(answer.contains("receiveMaximum=70000 is out of bounds; set 1 to 65535"), answer);
    assertTrue(answer.contains("queueMaxBytes=many is not a whole number"), answer);
    assertTrue(answer.contains("io.fluxmqtt.acl~x: rule.x='allow'"), answer);
    assertEquals(before, files());
  }

  @Test
  void whatDoesNotFitTogetherIsRefused() throws Exception {
    Map<String, String> before = files();
    String answer =
        ask(
            "check %s?port=%d io.fluxmqtt.access?authenticators=ghost,anonymous"
                    .formatted(LAN, broker.address().port())
                + " io.fluxmqtt.listener~open?host=0.0.0.0&port=0");
    assertTrue(answer.contains("is that of listener default too; set another"), answer);
    assertTrue(answer.contains("nobody provides ghost"), answer);
    assertTrue(answer.contains("could be reached from other machines"), answer);
    assertEquals(before, files());
  }

  @Test
  void portThatIsTakenIsTakenBackAndClientsStay() throws Exception {
    Map<String, String> before = files();
    try (RawClient client = client(broker.address(), "unmoved");
        ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      String changes =
          "%s?port=%d %s?receiveMaximum=9".formatted(LAN, taken.getLocalPort(), SESSION);
      long begin = System.nanoTime();
      String answer = ask("apply - 20 " + changes);
      Duration took = Duration.ofNanos(System.nanoTime() - begin);
      assertTrue(answer.startsWith("ROLLED_BACK [listener lan: "), answer);
      assertTrue(took.compareTo(Duration.ofSeconds(20)) < 0, () -> "it took " + took);
      assertEquals(before, files());
      client.ping();
      try (RawClient next = RawClient.open(broker.address())) {
        long maximum = next.connect(ConnectPacket.v5("next")).number(0x21, 65_535);
        assertFalse(maximum == 9, "the change beside it is taken back as well");
      }
    }
  }

  @Test
  void fileThatHasChangedSinceItWasLookedAtIsNotOverwritten() throws Exception {
    Matcher stamp = STAMP.matcher(ask("check %s?port=0".formatted(LAN)));
    assertTrue(stamp.find());
    String before = Files.readString(broker.etc().resolve(SESSION + ".cfg"));
    broker.write(SESSION + ".cfg", before + "# by hand\n");
    String answer = ask("apply %s 0 %s?port=0".formatted(stamp.group(1), LAN));
    assertTrue(answer.startsWith("STALE"), answer);
    assertFalse(Files.exists(broker.etc().resolve("io.fluxmqtt.listener-lan.cfg")));
    broker.write(SESSION + ".cfg", before);
  }

  @Test
  void secretsAreNotDescribed() throws Exception {
    broker.write(
        "io.fluxmqtt.listener-keyed.cfg",
        "type = tls\nport = 0\nkeyStoreFile = nowhere\n.keyPassword = planted-secret\n");
    String described = ask("describe io.fluxmqtt.listener~keyed");
    assertTrue(described.contains("name=keyStoreFile"), described);
    assertTrue(described.contains("value=nowhere"), described);
    assertFalse(described.contains("planted"), described);
    assertTrue(
        ask("check io.fluxmqtt.listener~keyed?port=7")
            .contains("keyStoreFile=nowhere is not to be"),
        "files that are not there are no surprise later");
    String checked = ask("check io.fluxmqtt.listener~keyed?port=x&.keyPassword=planted-too");
    assertTrue(checked.contains("port=x is not a whole number"), checked);
    assertFalse(checked.contains("planted"), checked);
    Files.delete(broker.etc().resolve("io.fluxmqtt.listener-keyed.cfg"));
    assertFalse(broker.log().contains("planted"), "a secret is in the log");
  }

  private static RawClient client(BrokerAddress address, String id) throws IOException {
    return RawClient.connected(address, ConnectPacket.v5(id));
  }

  private static Map<String, String> files() throws IOException {
    Map<String, String> files = new TreeMap<>();
    try (Stream<Path> all = Files.list(broker.etc())) {
      for (Path file : all.toList()) {
        files.put(file.getFileName().toString(), Files.readString(file));
      }
    }
    return files;
  }

  private static String ask(String line) throws IOException {
    return configurator.ask(line);
  }
}
