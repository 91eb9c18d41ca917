package io.fluxmqtt.itests.bench.peer;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A broker in a JVM, out of a small project below {@code peers} that names its artifacts and
 * perhaps holds a class to start it. It is no module of the build: Maven fetches the artifacts when
 * the broker is measured.
 */
abstract class MavenPeer implements Peer {
  private final String name;
  private final Path folder;

  /**
   * A broker whose project has its name.
   *
   * @param projects where the projects are
   */
  MavenPeer(String name, Path projects) {
    this.name = name;
    this.folder = projects.resolve(name);
  }

  @Override
  public final String name() {
    return name;
  }

  @Override
  public final boolean isJvm() {
    return true;
  }

  @Override
  public final boolean isAvailable() {
    return Files.exists(folder.resolve("pom.xml"));
  }

  /** What starts a class with the artifacts on its class path, after fetching them. */
  final List<String> java(List<String> options, String main, String... arguments)
      throws IOException, InterruptedException {
    if (!isBuilt()) {
      build();
    }
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.addAll(List.of("-cp", target("classes") + ":" + target("lib") + "/*", main));
    command.addAll(List.of(arguments));
    return command;
  }

  private Path target(String name) {
    return folder.resolve("target").resolve(name);
  }

  private boolean isBuilt() throws IOException {
    Path lib = target("lib");
    Path pom = folder.resolve("pom.xml");
    return Files.isDirectory(lib)
        && Files.getLastModifiedTime(lib).compareTo(Files.getLastModifiedTime(pom)) > 0
        && hasClasses();
  }

  private boolean hasClasses() throws IOException {
    if (!Files.exists(folder.resolve("src"))) {
      return true;
    }
    try (Stream<Path> classes = Files.find(folder, 4, (path, what) -> isClass(path))) {
      return classes.findAny().isPresent();
    }
  }

  private static boolean isClass(Path path) {
    return path.toString().endsWith(".class");
  }

  private void build() throws IOException, InterruptedException {
    Process maven =
        new ProcessBuilder("mvn", "-q", "-B", "process-classes")
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .start();
    maven.getOutputStream().close();
    String said = new String(maven.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (maven.waitFor() != 0) {
      throw new IOException("Maven could not fetch " + folder.getFileName() + ": " + said);
    }
  }
}
