package io.fluxmqtt.itests.blackbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import io.fluxmqtt.itests.kit.Await;
import io.fluxmqtt.itests.kit.BrokerAddress;
import io.fluxmqtt.itests.kit.BrokerProcess;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.Tool;
import io.fluxmqtt.itests.kit.Wire;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A stock Karaf without a network and with an empty local repository gets the broker as one {@code
 * .kar} file in its {@code deploy} folder, as a gateway in the field would. Its operator reaches
 * the broker through {@code ssh}.
 */
class KarafKarIT {
  private static final Duration START_LIMIT = Duration.ofSeconds(120);

  private static KarafProcess karaf;
  private static BrokerAddress broker;

  @BeforeAll
  @Timeout(300)
  static void start() throws Exception {
    karaf = new KarafProcess();
    broker = BrokerAddress.loopback(karaf.mqttPort());
    Path kar = Path.of(System.getProperty("kar"));
    Files.copy(kar, karaf.home().resolve("deploy").resolve(kar.getFileName()));
    try {
      Await.until("the broker in Karaf serves a client", START_LIMIT, KarafKarIT::serves);
      Await.until(
          "its commands are there",
          START_LIMIT,
          () -> karaf.shell("mqtt:listener-list --no-format").output().contains("default"));
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + "\n" + karaf.log(), e);
    }
  }

  /** Whether the rules are there too, which Karaf may bring after the listener. */
  private static boolean serves() {
    assertTrue(karaf.isAlive(), "Karaf has ended");
    try (RawClient client = client("probe")) {
      boolean isAllowed = client.subscribe("probe", 1) == 1;
      client.disconnect();
      return isAllowed;
    } catch (IOException | AssertionError e) {
      return false; // not yet
    }
  }

  @AfterAll
  static void stop() throws Exception {
    if (karaf != null) {
      karaf.close();
    }
  }

  @Test
  void karDroppedIntoDeployServesClients() throws Exception {
    try (RawClient client = client("in-karaf")) {
      assertTrue(shell("mqtt:client-list --no-format").contains("in-karaf"));
      client.ping();
    }
    assertTrue(isEmpty(karaf.home().resolve("empty-repository")), "nothing was fetched");
  }

  @Test
  void metricsAreInstalledWithoutANetworkAndUnnoticed() throws Exception {
    MetricsPage page = new MetricsPage(BrokerProcess.freePort());
    Files.writeString(
        karaf.home().resolve("etc/org.apache.felix.http.cfg"),
        "org.apache.felix.http.host = 127.0.0.1\norg.osgi.service.http.port = "
            + page.port()
            + "\n");
    try (RawClient client = client("measured")) {
      shell("feature:install flux-mqtt-metrics");
      page.awaitValue("mqtt_connections", 1);
      client.ping();
    }
    assertTrue(isEmpty(karaf.home().resolve("empty-repository")), "nothing was fetched");
  }

  @Test
  void healthIsInstalledWithoutANetworkAndRedWithin5Seconds() throws Exception {
    HealthPage health = new HealthPage(BrokerProcess.freePort());
    Path etc = karaf.home().resolve("etc");
    write(
        etc.resolve("org.apache.felix.http.cfg"),
        "org.apache.felix.http.host = 127.0.0.1\norg.osgi.service.http.port = " + health.port());
    write(
        etc.resolve("io.fluxmqtt.health.cfg"),
        "diskFreeWarnBytes = 0\ndiskFreeRedBytes = 0"); // whatever this disk has
    shell("feature:install flux-mqtt-health");
    health.awaitPage(START_LIMIT);
    health.awaitGreen();
    Path access = etc.resolve("io.fluxmqtt.access.cfg");
    String old = Files.readString(access);
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      write(etc.resolve("io.fluxmqtt.listener-taken.cfg"), "port = " + taken.getLocalPort());
      health.awaitRed("MQTT broker", "readiness", "listener taken");
      Files.delete(etc.resolve("io.fluxmqtt.listener-taken.cfg"));
      health.awaitGreen();
      write(
          access,
          old.replaceFirst("(?m)^authenticators = ", "authenticators = ghost, ")
              .replaceFirst("(?m)^policyGraceMillis *=.*$", "policyGraceMillis = 0"));
      health.awaitRed("MQTT plug-ins", "plugins", "authenticator ghost is missing");
    } finally {
      Files.deleteIfExists(etc.resolve("io.fluxmqtt.listener-taken.cfg"));
      write(access, old);
    }
    health.awaitGreen();
    assertTrue(isEmpty(karaf.home().resolve("empty-repository")), "nothing was fetched");
  }

  @Test
  void changesOfTheConfigurationCountTogetherOrAreTakenBack() throws Exception {
    Path session = karaf.home().resolve("etc/io.fluxmqtt.session.cfg");
    Path listener = karaf.home().resolve("etc/io.fluxmqtt.listener-together.cfg");
    String before = Files.readString(session);
    Configurator configurator = karaf.configurator();
    Configurator.hang(karaf.home().resolve("deploy"));
    configurator.awaitOpen(START_LIMIT);
    try (RawClient client = client("unmoved");
        ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String changes = "io.fluxmqtt.listener~together?port=%d io.fluxmqtt.session?receiveMaximum=7";
      String back = configurator.ask("apply - 20 " + changes.formatted(taken.getLocalPort()));
      assertTrue(back.startsWith("ROLLED_BACK [listener together: "), back);
      assertEquals(before, Files.readString(session));
      assertFalse(Files.exists(listener));

      int port = BrokerProcess.freePort();
      String applied = configurator.ask("apply - 2 " + changes.formatted(port));
      assertTrue(applied.startsWith("APPLIED [] "), applied);
      try (RawClient other = RawClient.open(BrokerAddress.loopback(port))) {
        assertEquals(7, other.connect(ConnectPacket.v5("other")).number(0x21, 65_535));
      }
      String gone = configurator.ask("apply - 0 io.fluxmqtt.listener~together!");
      assertTrue(gone.startsWith("APPLIED [] "), gone);
      client.ping();
    }
    write(session, before);
  }

  @Test
  void tokensAreInstalledWithoutANetwork() throws Exception {
    String secret = "a secret of at least 32 bytes, this";
    String text = TokenIssuer.part("{'alg':'HS256'}") + "." + TokenIssuer.part("{'sub':'ann'}");
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(secret.getBytes(UTF_8), "HmacSHA256"));
    String token =
        text
            + "."
            + Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(mac.doFinal(text.getBytes(UTF_8)));
    Path etc = karaf.home().resolve("etc");
    Path access = etc.resolve("io.fluxmqtt.access.cfg");
    String old = Files.readString(access);
    Files.writeString(etc.resolve("jwt.secret"), secret);
    shell("feature:install flux-mqtt-auth-jwt");
    Files.writeString(
        etc.resolve("io.fluxmqtt.auth.jwt-default.cfg"),
        "secretFile = jwt.secret\nrequireExpiry = false\n");
    Files.writeString(
        access, old.replaceFirst("(?m)^authenticators *=.*$", "authenticators = anonymous, jwt"));
    Await.until("the token counts", START_LIMIT, () -> code("ann", token) == 0);
    assertEquals(0x86, code("ann", token.replaceFirst(".{4}$", "AAAA")));
    Files.writeString(access, old);
    assertTrue(isEmpty(karaf.home().resolve("empty-repository")), "nothing was fetched");
  }

  private static int code(String user, String password) throws IOException {
    try (RawClient client = RawClient.open(broker)) {
      return client.connect(ConnectPacket.v5("login").login(user, password)).reason();
    }
  }

  @Test
  void authenticatorsAreInstalledWithoutANetworkAndUnnoticed() throws Exception {
    HttpServer service =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    service.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(204, -1);
          exchange.close();
        });
    service.start();
    Path etc = karaf.home().resolve("etc");
    Path access = etc.resolve("io.fluxmqtt.access.cfg");
    String old = Files.readString(access);
    try (RawClient client = client("unmoved")) {
      shell("feature:install flux-mqtt-auth-http flux-mqtt-auth-scram");
      Files.writeString(etc.resolve("nobody.scram"), "");
      write(etc.resolve("io.fluxmqtt.auth.scram-default.cfg"), "userFile = nobody.scram");
      write(
          etc.resolve("io.fluxmqtt.auth.http-default.cfg"),
          "url = http://127.0.0.1:%d/\n.token = planted-token"
              .formatted(service.getAddress().getPort()));
      write(
          etc.resolve("io.fluxmqtt.listener-keyed.cfg"),
          "type = tls\nport = 0\nkeyStoreFile = nowhere\n.keyPassword = planted-password");
      write(
          access,
          old.replaceFirst("(?m)^authenticators = ", "authenticators = http, ")
              .replaceFirst("(?m)^enhancedAuthenticators =", "enhancedAuthenticators = scram"));
      Await.until("the service lets a user in", START_LIMIT, () -> code("ann", "x") == 0);
      Await.until("a user is challenged", START_LIMIT, () -> challenge() == Wire.AUTH);
      Await.until("the listener is tried", START_LIMIT, () -> karaf.log().contains("keyed:"));
      client.ping();
      String services = shell("service:list");
      assertTrue(services.contains("io.fluxmqtt.auth.http"), services);
      assertFalse((services + karaf.log()).contains("planted-"), "a secret is shown");
    } finally {
      Files.deleteIfExists(etc.resolve("io.fluxmqtt.listener-keyed.cfg"));
      write(access, old);
      service.stop(0);
    }
    assertTrue(isEmpty(karaf.home().resolve("empty-repository")), "nothing was fetched");
  }

  /** The type of the packet that answers a user who begins SCRAM. */
  private static int challenge() throws IOException {
    try (RawClient client = RawClient.open(broker)) {
      client.send(
          ConnectPacket.v5("challenged")
              .with(Wire.AUTHENTICATION_METHOD, Wire.utf8("SCRAM-SHA-256"))
              .with(Wire.AUTHENTICATION_DATA, Wire.utf8("n,,n=ann,r=abc"))
              .toBytes());
      return client.receive().type();
    }
  }

  /** Writes a configuration file at once, as editors do. */
  private static void write(Path file, String text) throws IOException {
    Path temporary = Files.createTempFile("edit", ".tmp");
    Files.writeString(temporary, text + "\n");
    Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING);
  }

  @Test
  void sessionsAreListedWithWhatTheyHold() throws Exception {
    leave("absent", "list/#");
    try (RawClient here = client("present")) {
      here.publish("list/1", "one");
      here.publish("list/2", "two");

      List<String> absent = row(shell("mqtt:session-list --no-format --disconnected abs*"));
      assertEquals(List.of("absent", "no", "yes", "1", "2"), absent.subList(0, 5));
      assertTrue(Long.parseLong(absent.get(8)) <= 990, absent + " ends in so many seconds");

      String connected = shell("mqtt:session-list --no-format --connected");
      assertTrue(connected.contains("present"), connected);
      assertFalse(connected.contains("absent"), connected);
      String none = shell("mqtt:session-list --disconnected-for 1h");
      assertTrue(none.contains("No such sessions"), none);
    }
  }

  @Test
  void whatWasRefusedIsListedWithItsRuleAndCanBeTried() throws Exception {
    try (RawClient curious = client("curious")) {
      curious.publish("$SYS/fake", "x");
      List<String> refused = row(shell("mqtt:refusals --no-format curi*"));
      assertEquals("1", refused.get(1), refused::toString);
      assertEquals(List.of("curious", "-", "default"), refused.subList(2, 5), refused::toString);
      assertEquals("publish $SYS/fake (QoS 1)", refused.get(6));
      assertEquals("NOT_AUTHORIZED", refused.get(7));
      assertTrue(refused.get(9).contains("acl (bundle io.fluxmqtt.acl)"), refused::toString);

      String denied = shell("mqtt:acl-test --qos 1 '' curious publish '$SYS/fake'");
      assertTrue(denied.startsWith("denied"), denied);
      assertTrue(denied.contains(refused.get(9)), denied);
      assertTrue(denied.contains("as in its session"), denied);
      String allowed = shell("mqtt:acl-test joe nobody subscribe 'a/#'");
      assertTrue(allowed.startsWith("allowed"), allowed);
      assertTrue(allowed.contains("by      acl (bundle io.fluxmqtt.acl)"), allowed);
      String stranger = shell("mqtt:acl-test --address 192.0.2.1 joe nobody subscribe a/b");
      assertTrue(stranger.startsWith("denied"), stranger);
      String wrong = failure("mqtt:acl-test joe nobody publish 'a/#'");
      assertTrue(wrong.contains("a/# is no topic"), wrong);
    }
  }

  @Test
  void purgedSessionIsGoneWithAllItHeld() throws Exception {
    leave("purged", "purge/#");
    try (RawClient connected = kept("kicked")) {
      connected.publish("purge/1", "one");

      String refused = failure("mqtt:session-purge purged");
      assertTrue(refused.contains("--yes does it without asking"), refused);
      assertTrue(shell("mqtt:session-purge --yes purged").contains("Purged the session"));
      assertTrue(shell("mqtt:session-purge --yes kicked").contains("Purged the session"));
      connected.expectDisconnect(0x98);
    }
    assertFalse(shell("mqtt:session-list --no-format").contains("purged"));
    String unknown = failure("mqtt:session-purge --yes purged");
    assertTrue(unknown.contains("No session of client purged"), unknown);
    try (RawClient again = RawClient.open(broker)) {
      assertFalse(again.connect(resume("purged")).sessionPresent());
      again.expectNothing();
    }
  }

  @Test
  void manySessionsArePurgedThatAreAwayForLong() throws Exception {
    leave("many-1", "many/#");
    leave("many-2", "many/#");
    try (RawClient here = kept("many-3")) {
      String young = shell("mqtt:session-purge --yes --disconnected-for 4w many-*");
      assertTrue(young.contains("No such session is away for 4w"), young);
      String purged = shell("mqtt:session-purge --yes --disconnected-for 0s many-*");
      assertTrue(purged.contains("Purged 2 sessions"), purged);
      here.ping();
      assertEquals(
          "many-3", row(shell("mqtt:session-list --no-format many-*")).get(0), "is spared");
    }
  }

  @Test
  void usersOfThePasswordFileAreAddedListedAndRemoved() throws Exception {
    Path etc = karaf.home().resolve("etc");
    String none = failure("mqtt:passwd-list");
    assertTrue(none.contains("configure io.fluxmqtt.auth.file"), none);
    Files.writeString(etc.resolve("io.fluxmqtt.auth.file-default.cfg"), "hashIterations = 7\n");
    Await.until(
        "auth-file is configured", () -> karaf.shell("mqtt:passwd-add ada secret").exit() == 0);
    String set = shell("mqtt:passwd-add ada sesame");
    assertTrue(set.contains("Set the password of user ada"), set);
    assertTrue(shell("mqtt:passwd-add bob secret").contains("Added user bob"));
    assertEquals("ada\nbob", shell("mqtt:passwd-list").strip().replace("\r", ""));
    List<String> lines = Files.readAllLines(etc.resolve("flux-mqtt.passwd"));
    assertTrue(lines.get(0).startsWith("ada:$7$7$"), "hashed as configured");
    assertTrue(shell("mqtt:passwd-delete ada").contains("Removed user ada"));
    String unknown = failure("mqtt:passwd-delete ada");
    assertTrue(unknown.contains("No user ada"), unknown);
  }

  @Test
  void storeIsShownVerifiedAndBackedUpWhileItWorks() throws Exception {
    leave("kept", "kept/#");
    try (RawClient publisher = client("publisher")) {
      publisher.publish("kept/1", "one");
      publisher.publish("kept/2", "two");
    }

    String info = shell("mqtt:store-info");
    assertTrue(info.matches("(?s)Engine +rocksdb\\R.*Writable +yes\\R.*"), info);
    assertTrue(info.contains(karaf.home().resolve("data/flux-mqtt/store").toString()), info);
    String verified = shell("mqtt:store-verify");
    assertTrue(verified.matches("(?s).*All is well: [1-9][0-9]* entries read\\s*"), verified);
    Path copy = karaf.home().toRealPath().resolve("copy-of-store");
    String told = shell("mqtt:store-backup copy-of-store");
    assertTrue(told.contains("Backed up to " + copy + ": "), told);
    String exists = failure("mqtt:store-backup " + copy);
    assertTrue(exists.contains(copy.toString()), exists);

    try (BrokerProcess second = BrokerProcess.prepare("from-backup")) {
      Path data = Files.createDirectories(second.folder().resolve("data"));
      Files.move(copy, data.resolve("store"));
      second.start();
      try (RawClient client = RawClient.open(second.address())) {
        assertTrue(client.connect(resume("kept")).sessionPresent());
        client.take("one");
        client.take("two");
      }
    }
  }

  // --- clients ---

  private static RawClient client(String id) throws IOException {
    return RawClient.connected(broker, ConnectPacket.v5(id));
  }

  private static RawClient kept(String id) throws IOException {
    return RawClient.connected(broker, ConnectPacket.v5(id).sessionExpiry(990));
  }

  private static ConnectPacket resume(String id) {
    return ConnectPacket.v5(id).resume().sessionExpiry(990);
  }

  /** Leaves a session behind that has subscribed at QoS 1. */
  private static void leave(String id, String filter) throws IOException {
    try (RawClient client = kept(id)) {
      assertEquals(1, client.subscribe(filter, 1));
      client.disconnect();
    }
  }

  // --- the shell ---

  /** What a command prints that succeeds. */
  private static String shell(String command) throws Exception {
    Tool.Result result = karaf.shell(command);
    assertEquals(0, result.exit(), () -> command + ": " + result.output());
    return result.output();
  }

  /** What a command prints that fails. */
  private static String failure(String command) throws Exception {
    Tool.Result result = karaf.shell(command);
    assertNotEquals(0, result.exit(), () -> command + ": " + result.output());
    return result.output();
  }

  /** The columns of a list's only line. */
  private static List<String> row(String output) {
    List<String> lines = output.strip().lines().toList();
    assertEquals(1, lines.size(), output);
    return Stream.of(lines.get(0).split("\t")).map(String::strip).toList();
  }

  private static boolean isEmpty(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).noneMatch(each -> each.toString().endsWith(".jar"));
    }
  }
}
