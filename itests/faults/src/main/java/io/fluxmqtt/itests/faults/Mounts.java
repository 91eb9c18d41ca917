package io.fluxmqtt.itests.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A file system that was mounted for a test, where root may. */
final class Mounts implements AutoCloseable {
  private static final int LIMIT_SECONDS = 30;

  private final Path folder;
  private boolean mounted;

  private Mounts(Path folder) {
    this.folder = folder;
  }

  /** Why nothing can be mounted here, or an empty text. */
  static String obstacle() throws Exception {
    Path folder = Files.createTempDirectory("faults-mount");
    try (Mounts mount = tmpfs(folder, "1m")) {
      return mount.mounted ? "" : "mount did nothing";
    } catch (IOException e) {
      return "a tmpfs cannot be mounted, which needs root: " + e.getMessage();
    } finally {
      Files.deleteIfExists(folder);
    }
  }

  static Mounts tmpfs(Path folder, String size) throws IOException, InterruptedException {
    return mount(folder, "-t", "tmpfs", "-o", "mode=0700,size=" + size, "tmpfs");
  }

  /** Mounts a file that holds an ext4 file system. */
  static Mounts image(Path image, Path folder) throws IOException, InterruptedException {
    return mount(folder, "-t", "ext4", "-o", "loop", image.toString());
  }

  private static Mounts mount(Path folder, String... options)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("mount"));
    command.addAll(List.of(options));
    command.add(folder.toString());
    run(command);
    Mounts mount = new Mounts(folder);
    mount.mounted = true;
    return mount;
  }

  /** Runs a program to its end; fails with what it printed unless that is success. */
  static void run(List<String> command) throws IOException, InterruptedException {
    Path output = Files.createTempFile("faults", ".out");
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IOException(command.get(0) + " does not end");
      }
      if (process.exitValue() != 0) {
        throw new IOException(Files.readString(output).strip());
      }
    } finally {
      Files.delete(output);
    }
  }

  @Override
  public void close() throws IOException, InterruptedException {
    if (mounted) {
      mounted = false;
      run(List.of("umount", folder.toString()));
    }
  }
}
