package io.fluxmqtt.itests.blackbox;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.kit.Await;
import io.fluxmqtt.itests.kit.BrokerAddress;
import io.fluxmqtt.itests.kit.BrokerProcess;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.Tool;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A stock Karaf without a network and with an empty local repository gets the broker as one {@code
 * .kar} file in its {@code deploy} folder, as a gateway in the field would.
 */
class KarafKarIT {
  private static final Duration START_LIMIT = Duration.ofSeconds(120);
  private static final Duration TOOL_LIMIT = Duration.ofSeconds(30);

  private static final int NEWEST_JAVA_OF_KARAF = 23;

  private Path home;
  private Process karaf;

  @AfterEach
  void stop() throws Exception {
    if (karaf != null) {
      karaf.descendants().forEach(ProcessHandle::destroy);
      karaf.destroy();
      if (!karaf.waitFor(20, TimeUnit.SECONDS)) {
        karaf.descendants().forEach(ProcessHandle::destroyForcibly);
        karaf.destroyForcibly().waitFor();
      }
    }
    if (home != null) {
      try (Stream<Path> paths = Files.walk(home)) {
        paths.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
      }
    }
  }

  @Test
  @Timeout(240)
  void karDroppedIntoDeployServesClients() throws Exception {
    Tool.skipUnless(
        Runtime.version().feature() <= NEWEST_JAVA_OF_KARAF,
        "Karaf 4.4 does not start on Java " + Runtime.version().feature());
    String tar = Tool.require("tar", "tar");
    String sshpass = Tool.require("sshpass", "sshpass");
    String ssh = Tool.require("ssh", "openssh-client");
    int mqttPort = BrokerProcess.freePort();
    int sshPort = BrokerProcess.freePort();
    unpack(tar);
    configure(mqttPort, sshPort);
    launch();
    Path kar = Path.of(System.getProperty("kar"));
    Files.copy(kar, home.resolve("deploy").resolve(kar.getFileName()));

    try (RawClient client = awaitClient(BrokerAddress.loopback(mqttPort))) {
      String[] command = {
        sshpass,
        "-p",
        "karaf",
        ssh,
        "-p",
        String.valueOf(sshPort),
        "-o",
        "StrictHostKeyChecking=no",
        "-o",
        "UserKnownHostsFile=/dev/null",
        "-o",
        "LogLevel=ERROR",
        "karaf@127.0.0.1",
        "mqtt:client-list --no-format"
      };
      Tool.Result[] result = new Tool.Result[1];
      try {
        Await.until(
            "mqtt:client-list shows the client",
            START_LIMIT,
            () -> {
              result[0] = Tool.run(TOOL_LIMIT, command);
              return result[0].output().contains("in-karaf");
            });
      } catch (AssertionError e) {
        throw new AssertionError(result[0] + "\n" + log(), e);
      }
      client.ping();
    }
    assertTrue(isEmpty(home.resolve("empty-repository")), "nothing was fetched");
  }

  private void unpack(String tar) throws Exception {
    Path work = Path.of(System.getProperty("work.dir"));
    Files.createDirectories(work);
    home = Files.createTempDirectory(work, "karaf-");
    Tool.Result result =
        Tool.run(
            TOOL_LIMIT,
            tar,
            "xzf",
            System.getProperty("karaf.archive"),
            "--strip-components=1",
            "-C",
            home.toString());
    assertTrue(result.exit() == 0, result.output());
  }

  /** Free ports, the user that Karaf ships commented out, and nowhere to fetch anything from. */
  private void configure(int mqttPort, int sshPort) throws IOException {
    Path repository = Files.createDirectory(home.resolve("empty-repository"));
    Path settings = home.resolve("etc/offline-settings.xml");
    Files.writeString(
        settings,
        "<settings><localRepository>%s</localRepository><offline>true</offline></settings>"
            .formatted(repository));
    set("org.ops4j.pax.url.mvn.cfg", "org.ops4j.pax.url.mvn.settings", settings.toString());
    set("org.ops4j.pax.url.mvn.cfg", "org.ops4j.pax.url.mvn.localRepository", "" + repository);
    set("org.ops4j.pax.url.mvn.cfg", "org.ops4j.pax.url.mvn.repositories", "");
    set("org.apache.karaf.shell.cfg", "sshPort", String.valueOf(sshPort));
    set("org.apache.karaf.shell.cfg", "sshHost", "127.0.0.1");
    for (String port : List.of("rmiRegistryPort", "rmiServerPort")) {
      set("org.apache.karaf.management.cfg", port, String.valueOf(BrokerProcess.freePort()));
    }
    set("users.properties", "karaf", "karaf,_g_:admingroup");
    set("users.properties", "_g_\\:admingroup", "group,admin,manager,viewer,systembundles,ssh");
    Files.writeString(
        home.resolve("etc/io.fluxmqtt.listener-default.cfg"),
        "host = 127.0.0.1\nport = " + mqttPort + "\n");
  }

  /** The last value of a key counts, so it goes to the end; a value over several lines goes. */
  private void set(String file, String key, String value) throws IOException {
    Path path = home.resolve("etc").resolve(file);
    String old = Files.readString(path);
    String without =
        old.replaceAll("(?m)^" + java.util.regex.Pattern.quote(key) + "\\s*=(.*\\\\\\R)*.*$", "");
    Files.writeString(path, without + "\n" + key + " = " + value + "\n");
  }

  private void launch() throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(home.resolve("bin/karaf").toString(), "daemon")
            .directory(home.toFile())
            .redirectErrorStream(true)
            .redirectOutput(home.resolve("console.log").toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("KARAF_"));
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("JAVA_MAX_MEM", "384m");
    karaf = builder.start();
    karaf.getOutputStream().close();
    Process started = karaf;
    Runtime.getRuntime().addShutdownHook(new Thread(started::destroyForcibly));
  }

  private RawClient awaitClient(BrokerAddress address) throws Exception {
    RawClient[] client = new RawClient[1];
    try {
      Await.until(
          "the broker in Karaf serves a client",
          START_LIMIT,
          () -> {
            assertTrue(karaf.isAlive(), "Karaf has ended");
            try {
              client[0] = RawClient.connected(address, ConnectPacket.v5("in-karaf"));
              return true;
            } catch (IOException | AssertionError e) {
              return false; // not yet
            }
          });
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + "\n" + log(), e);
    }
    return client[0];
  }

  private String log() throws IOException {
    StringBuilder log = new StringBuilder();
    for (String file : List.of("console.log", "data/log/karaf.log")) {
      Path path = home.resolve(file);
      if (Files.exists(path)) {
        log.append(Files.readString(path, StandardCharsets.UTF_8)).append('\n');
      }
    }
    return log.toString();
  }

  private static boolean isEmpty(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).noneMatch(each -> each.toString().endsWith(".jar"));
    }
  }
}
