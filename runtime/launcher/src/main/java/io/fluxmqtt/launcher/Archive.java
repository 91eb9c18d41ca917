package io.fluxmqtt.launcher;

import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/**
 * The class-data archive and what is known of it, in a folder of its own:
 *
 * <ul>
 *   <li>{@code archive.jsa}, which the JVM maps;
 *   <li>{@code archive.sum}, the checksum, as {@code cksum} prints it, of the archive and of the
 *       jars that are no bundles: the JVM checks the head of the one and size and time of the
 *       others, so {@code bin/flux-mqtt} checks what is in them before it passes an archive on;
 *   <li>{@code archive.for}, how often it was tried to make one, and for what: the JVM and the
 *       jars. Nothing is tried more than {@value #ATTEMPTS} times for the same.
 *   <li>{@code training/}, while one is being made.
 * </ul>
 */
final class Archive {
  static final String PROPERTY = "flux.mqtt.archive";
  private static final int ATTEMPTS = 3;
  private static final Path HOME = Path.of(System.getProperty("flux.mqtt.home", "."));

  private final Path file;
  private final Path sum;
  private final Path madeFor;
  private final String wanted;

  Archive(Path file) {
    this(file, world());
  }

  /** With a description of all that the archive depends on. */
  Archive(Path file, String wanted) {
    this.file = file;
    sum = file.resolveSibling("archive.sum");
    madeFor = file.resolveSibling("archive.for");
    this.wanted = wanted;
  }

  Path folder() {
    return file.getParent();
  }

  /** Where one is made. */
  Path training() {
    return file.resolveSibling("training");
  }

  /** Whether to make one now; counts it as tried. */
  boolean claim() throws IOException {
    int tried = tried();
    if (tried > 0 && Files.exists(file) || tried >= ATTEMPTS) {
      return false;
    }
    Files.createDirectories(folder());
    write(madeFor, (tried + 1) + "\n" + wanted);
    return true;
  }

  /** How often it was tried for the JVM and the jars that are there now. */
  private int tried() throws IOException {
    if (!Files.exists(madeFor)) {
      return 0;
    }
    String[] parts = Files.readString(madeFor).split("\n", 2);
    if (parts.length < 2 || !parts[1].equals(wanted) || !parts[0].matches("[0-9]")) {
      return 0;
    }
    return Integer.parseInt(parts[0]);
  }

  /**
   * Puts a finished one into its place: a broker that is started meanwhile sees it whole or not.
   */
  void replace(Path made) throws IOException {
    try (InputStream archive = Files.newInputStream(made);
        InputStream felix = Files.newInputStream(HOME.resolve("lib/felix.jar"));
        InputStream launcher = Files.newInputStream(HOME.resolve("lib/launcher.jar"));
        InputStream all =
            new SequenceInputStream(archive, new SequenceInputStream(felix, launcher))) {
      write(sum, Checksum.of(all) + "\n");
    }
    made.toFile().setWritable(true, true);
    sync(made);
    Files.move(made, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private static void write(Path to, String text) throws IOException {
    Path temporary = to.resolveSibling(to.getFileName() + ".tmp");
    Files.writeString(temporary, text);
    sync(temporary);
    Files.move(temporary, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private static void sync(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }

  /** The JVM and all jars, by what changes when one of them is replaced. */
  private static String world() {
    Path java = Path.of(System.getProperty("java.home"));
    StringBuilder text = new StringBuilder(System.getProperty("java.vm.version")).append('\n');
    text.append(java).append('\n');
    for (String name : new String[] {"release", "lib/modules", "lib/server/classes.jsa"}) {
      append(text, java.resolve(name));
    }
    try {
      for (String folder : new String[] {"lib", "bundle"}) {
        try (Stream<Path> jars = Files.list(HOME.resolve(folder))) {
          for (Path jar : jars.sorted().toList()) {
            append(text, jar);
            text.append(crc(jar)).append('\n'); // reproducible builds all have the same time
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  private static void append(StringBuilder text, Path path) {
    java.io.File on = path.toFile();
    text.append(path).append(' ').append(on.length()).append(' ').append(on.lastModified());
    text.append('\n');
  }

  private static long crc(Path path) throws IOException {
    CRC32 crc = new CRC32();
    byte[] buffer = new byte[16_384]; // a whole jar would grow the heap
    try (InputStream in = Files.newInputStream(path)) {
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        crc.update(buffer, 0, read);
      }
    }
    return crc.getValue();
  }
}
