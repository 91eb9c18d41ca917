package io.fluxmqtt.itests.kit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fluxmqtt.itests.steering.FrameworkDoor;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;

/** The test's end of {@link FrameworkDoor}: changes bundles of a running broker. */
public final class Door implements AutoCloseable {
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
    Path jar = broker.load().resolve("io.fluxmqtt.itests.steering.jar");
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file, manifest())) {
      String name = FrameworkDoor.class.getName().replace('.', '/') + ".class";
      out.putNextEntry(new JarEntry(name));
      try (InputStream code = FrameworkDoor.class.getResourceAsStream("/" + name)) {
        code.transferTo(out);
      }
      out.closeEntry();
    }
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

  private static Manifest manifest() {
    Manifest manifest = new Manifest();
    Attributes main = manifest.getMainAttributes();
    main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    main.putValue("Bundle-ManifestVersion", "2");
    main.putValue("Bundle-SymbolicName", FrameworkDoor.class.getPackageName());
    main.putValue("Bundle-Version", "0.1.0");
    main.putValue("Bundle-Activator", FrameworkDoor.class.getName());
    main.putValue("Import-Package", "org.osgi.framework;version=\"[1.8,2)\"");
    return manifest;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
