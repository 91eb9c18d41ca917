package io.fluxmqtt.api.config;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Where the broker keeps its data. The store and each engine have a folder of their own in it. */
public final class DataFolder {
  /** The system property that names it; {@code bin/flux-mqtt} sets it. */
  public static final String PROPERTY = "flux.mqtt.data";

  /** The variable of the environment that names it. */
  public static final String VARIABLE = "FLUX_MQTT_DATA";

  private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private DataFolder() {}

  /**
   * The data folder: what {@link #PROPERTY} says, else {@link #VARIABLE}, else {@code flux-mqtt} in
   * Karaf's data folder, else {@code flux-mqtt-data} in the working folder. It may not exist yet.
   * Never blocks.
   *
   * @param property the framework's properties
   * @param variable the environment
   */
  public static Path of(
      UnaryOperator<@Nullable String> property, UnaryOperator<@Nullable String> variable) {
    for (String named :
        new @Nullable String[] {property.apply(PROPERTY), variable.apply(VARIABLE)}) {
      if (named != null && !named.isBlank()) {
        return Path.of(named);
      }
    }
    String karaf = property.apply("karaf.data");
    return karaf != null && !karaf.isBlank()
        ? Path.of(karaf, "flux-mqtt")
        : Path.of("flux-mqtt-data");
  }

  /**
   * Makes a folder and those above it, readable by their owner only, where they are missing. What
   * names them is on disk when it returns. Blocks for I/O.
   */
  public static void createPrivate(Path folder) throws IOException {
    Path existing = folder.toAbsolutePath();
    while (existing.getParent() != null && !Files.isDirectory(existing)) {
      existing = existing.getParent();
    }
    if (folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      Files.createDirectories(folder, OWNER_ONLY);
    } else {
      Files.createDirectories(folder);
    }
    Path made = folder.toAbsolutePath();
    while (!made.equals(existing)) {
      made = made.getParent();
      sync(made);
    }
  }

  /** Has the names of a folder's files on disk when it returns. Blocks for I/O. */
  public static void sync(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
