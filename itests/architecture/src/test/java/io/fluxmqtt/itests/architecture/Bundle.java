package io.fluxmqtt.itests.architecture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/** One folder below {@code bundles} that has classes, and the jar that was built of it. */
record Bundle(Path folder) {

  /** All bundles that have classes. */
  static List<Bundle> all() {
    try (Stream<Path> folders = Files.list(Sources.ROOT.resolve("bundles"))) {
      return folders
          .filter(folder -> !Sources.java(folder.resolve("src/main/java")).isEmpty())
          .sorted()
          .map(Bundle::new)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The folder's name. */
  String name() {
    return folder.getFileName().toString();
  }

  /** What artifactId, symbolic name and root package must be. */
  String expectedName() {
    return "io.fluxmqtt." + name().replace('-', '.');
  }

  /** The jar of the last build. */
  Path jar() {
    String version = System.getProperty("project.version");
    Path jar = folder.resolve("target/" + expectedName() + "-" + version + ".jar");
    if (!Files.exists(jar)) {
      throw new AssertionError(jar + " is missing: run mvn verify in the root folder");
    }
    return jar;
  }

  /** The names of all files in the jar. */
  List<String> entries() {
    try (JarFile jar = new JarFile(jar().toFile())) {
      return jar.stream().filter(entry -> !entry.isDirectory()).map(e -> e.getName()).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A header of the manifest. */
  Optional<String> header(String name) {
    try (JarFile jar = new JarFile(jar().toFile())) {
      return Optional.ofNullable(jar.getManifest().getMainAttributes().getValue(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The packages of a header, each with its parameters as they stand there. */
  Map<String, String> packages(String header) {
    Map<String, String> packages = new LinkedHashMap<>();
    for (String clause : split(header(header).orElse(""), ',')) {
      List<String> parts = split(clause, ';');
      List<String> names = parts.stream().filter(part -> !part.contains("=")).toList();
      String parameters = String.join(";", parts.subList(names.size(), parts.size()));
      names.forEach(name -> packages.put(name, parameters));
    }
    return packages;
  }

  private static List<String> split(String text, char separator) {
    List<String> parts = new ArrayList<>();
    boolean quoted = false;
    int start = 0;
    for (int i = 0; i <= text.length(); i++) {
      if (i == text.length() || (text.charAt(i) == separator && !quoted)) {
        if (i > start) {
          parts.add(text.substring(start, i).trim());
        }
        start = i + 1;
      } else if (text.charAt(i) == '"') {
        quoted = !quoted;
      }
    }
    return parts;
  }

  @Override
  public String toString() {
    return name();
  }
}
