package io.fluxmqtt.itests.kit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fluxmqtt.itests.steering.FrameworkDoor;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The test's end of {@link FrameworkDoor}: changes bundles of a running broker. */
public final class Door implements AutoCloseable {
  private static final Pattern DROPPED = Pattern.compile("dropped=\\{([^}]*)\\}");

  private final BrokerProcess broker;
  private final Socket socket;
  private final BufferedReader in;
  private final PrintWriter out;

  private Door(BrokerProcess broker, int port) throws IOException {
    this.broker = broker;
    socket = new Socket("127.0.0.1", port);
    in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
    out = new PrintWriter(socket.getOutputStream(), true, StandardCharsets.UTF_8);
  }

  /** The option that tells the bundle its port; for JAVA_OPTS. */
  public static String option(int port) {
    return "-Ditests.door.port=" + port;
  }

  /** Puts the bundle into a broker that is not started yet. */
  public static void hang(BrokerProcess broker) throws IOException {
    String name = FrameworkDoor.class.getPackageName();
    PluginJar.write(broker.load().resolve(name + ".jar"), name, FrameworkDoor.class);
  }

  /** Goes through the door of a broker that runs. */
  public static Door open(BrokerProcess broker, int port) throws Exception {
    Door[] door = new Door[1];
    Await.until(
        "the door opens",
        () -> {
          try {
            door[0] = new Door(broker, port);
            return true;
          } catch (IOException e) {
            return false;
          }
        });
    return door[0];
  }

  public void update(String symbolicName) throws IOException {
    command("update " + symbolicName + " " + jar(symbolicName));
  }

  public void uninstall(String symbolicName) throws IOException {
    command("uninstall " + symbolicName);
  }

  public void install(String symbolicName) throws IOException {
    command("install " + jar(symbolicName));
  }

  /** How many messages the broker has dropped so far, by reason. */
  public Map<String, Long> drops() throws IOException {
    out.println("statistics");
    String answer = in.readLine();
    Matcher dropped = DROPPED.matcher(answer);
    if (!dropped.find()) {
      throw new AssertionError(answer);
    }
    Map<String, Long> drops = new TreeMap<>();
    for (String each : dropped.group(1).split(", ")) {
      if (!each.isEmpty()) {
        String[] reasonAndCount = each.split("=");
        drops.put(reasonAndCount[0], Long.parseLong(reasonAndCount[1]));
      }
    }
    return drops;
  }

  /** A number that the broker counts, such as {@code connections}. */
  public long count(String name) throws IOException {
    out.println("statistics");
    String answer = in.readLine();
    Matcher found = Pattern.compile("\\b" + name + "=(\\d+)").matcher(answer);
    if (!found.find()) {
      throw new AssertionError(answer);
    }
    return Long.parseLong(found.group(1));
  }

  /** All services with their properties, a line each. */
  public List<String> services() throws IOException {
    out.println("services");
    String answer = in.readLine();
    if (answer == null || !answer.startsWith("ok ")) {
      throw new AssertionError(answer);
    }
    List<String> services = new ArrayList<>();
    for (String each : answer.substring("ok ".length()).split(",")) {
      services.add(new String(Base64.getDecoder().decode(each), StandardCharsets.UTF_8));
    }
    return services;
  }

  /** The names of those health checks that are red. */
  public String redHealthChecks() throws IOException {
    out.println("health");
    String answer = in.readLine();
    if (answer == null || !answer.startsWith("ok [")) {
      throw new AssertionError(answer);
    }
    return answer.substring("ok [".length(), answer.length() - 1);
  }

  private void command(String line) throws IOException {
    out.println(line);
    assertEquals("ok", in.readLine(), line);
  }

  /** The jar of a bundle as it is shipped. */
  private Path jar(String symbolicName) throws IOException {
    try (Stream<Path> jars = Files.list(broker.folder().resolve("home/bundle"))) {
      return jars.filter(each -> isJarOf(symbolicName, each)).findFirst().orElseThrow();
    }
  }

  private static boolean isJarOf(String symbolicName, Path jar) {
    return jar.getFileName().toString().matches("(\\d+-)?" + symbolicName + "-\\d.*\\.jar");
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
