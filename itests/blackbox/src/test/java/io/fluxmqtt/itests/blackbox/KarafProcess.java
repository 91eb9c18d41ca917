package io.fluxmqtt.itests.blackbox;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.kit.BrokerProcess;
import io.fluxmqtt.itests.kit.Tool;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A stock Karaf as a process of its own, without a network and with an empty local repository, on
 * free loopback ports. Its shell is reached through {@code ssh}.
 */
final class KarafProcess implements AutoCloseable {
  private static final Duration TOOL_LIMIT = Duration.ofSeconds(60);
  private static final Pattern HUNG_UP =
      Pattern.compile("(?m)^Connection to \\S+ closed by remote host\\.\\R?");
  private static final int NEWEST_JAVA_OF_KARAF = 23;

  private final String sshpass;
  private final String ssh;
  private final Path home;
  private final int mqttPort = BrokerProcess.freePort();
  private final int sshPort = BrokerProcess.freePort();
  private final Configurator configurator = new Configurator(BrokerProcess.freePort());
  private final Process process;

  /** Starts it; skips the test where something is missing. */
  KarafProcess() throws Exception {
    Tool.skipUnless(
        Runtime.version().feature() <= NEWEST_JAVA_OF_KARAF,
        "Karaf 4.4 does not start on Java " + Runtime.version().feature());
    String tar = Tool.require("tar", "tar");
    sshpass = Tool.require("sshpass", "sshpass");
    ssh = Tool.require("ssh", "openssh-client");
    Path work = Path.of(System.getProperty("work.dir"));
    Files.createDirectories(work);
    home = Files.createTempDirectory(work, "karaf-");
    unpack(tar);
    configure();
    process = launch();
  }

  Path home() {
    return home;
  }

  int mqttPort() {
    return mqttPort;
  }

  /** Answers once its bundle is in {@code deploy}. */
  Configurator configurator() {
    return configurator;
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Runs a command in the shell. What ssh itself says of Karaf's hanging up is left out. */
  Tool.Result shell(String command) throws Exception {
    Tool.Result result = run(command);
    return new Tool.Result(result.exit(), HUNG_UP.matcher(result.output()).replaceAll(""));
  }

  private Tool.Result run(String command) throws Exception {
    return Tool.run(
        TOOL_LIMIT,
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
        command);
  }

  String log() throws IOException {
    StringBuilder log = new StringBuilder();
    for (String file : List.of("console.log", "data/log/karaf.log")) {
      Path path = home.resolve(file);
      if (Files.exists(path)) {
        log.append(Files.readString(path, StandardCharsets.UTF_8)).append('\n');
      }
    }
    return log.toString();
  }

  /** Ends the process, by force if it must, and removes its folder. */
  @Override
  public void close() throws IOException, InterruptedException {
    process.descendants().forEach(ProcessHandle::destroy);
    process.destroy();
    if (!process.waitFor(20, TimeUnit.SECONDS)) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly().waitFor();
    }
    try (Stream<Path> paths = Files.walk(home)) {
      paths.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
    }
  }

  private void unpack(String tar) throws Exception {
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
  private void configure() throws IOException {
    Path repository = Files.createDirectory(home.resolve("empty-repository"));
    Path settings = home.resolve("etc/offline-settings.xml");
    Files.writeString(
        settings,
        "<settings><localRepository>%s</localRepository><offline>true</offline></settings>"
            .formatted(repository));
    set("org.ops4j.pax.url.mvn.cfg", "org.ops4j.pax.url.mvn.settings", settings.toString());
    set("org.ops4j.pax.url.mvn.cfg", "org.ops4j.pax.url.mvn.localRepository", "" + repository);
    set("org.ops4j.pax.url.mvn.cfg", "org.ops4j.pax.url.mvn.repositories", "");
    set("system.properties", Configurator.PROPERTY, String.valueOf(configurator.port()));
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
    String without = old.replaceAll("(?m)^" + Pattern.quote(key) + "\\s*=(.*\\\\\\R)*.*$", "");
    Files.writeString(path, without + "\n" + key + " = " + value + "\n");
  }

  private Process launch() throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(home.resolve("bin/karaf").toString(), "daemon")
            .directory(home.toFile())
            .redirectErrorStream(true)
            .redirectOutput(home.resolve("console.log").toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("KARAF_"));
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("JAVA_MAX_MEM", "384m");
    Process started = builder.start();
    started.getOutputStream().close();
    Runtime.getRuntime().addShutdownHook(new Thread(started::destroyForcibly));
    return started;
  }
}
