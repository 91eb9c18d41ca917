package io.fluxmqtt.itests.faults;

import io.fluxmqtt.itests.faults.broker.Flux;
import io.fluxmqtt.itests.faults.broker.Victim;
import io.fluxmqtt.itests.faults.disk.Shim;
import io.fluxmqtt.itests.faults.load.Findings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Power cuts of a real file system: ext4 on a loop device is taken down at once, so that what the
 * kernel had not written is gone, and mounted again, which recovers it from its journal.
 */
final class MountedCuts implements Scenario {
  private static final long IMAGE_BYTES = 1L << 30; // sparse

  @Override
  public String name() {
    return "cuts-mounted";
  }

  @Override
  public int runs() {
    return 50;
  }

  private static Optional<Path> godown() throws IOException, InterruptedException {
    return Shim.compileGodown(Path.of(System.getProperty("work.dir"), "shim"));
  }

  @Override
  public String obstacle() throws Exception {
    if (godown().isEmpty()) {
      return "cc is missing; install " + Shim.PACKAGES;
    }
    try (MountedFolder folder = new MountedFolder()) {
      folder.cut(godown().orElseThrow());
      folder.mountAgain();
      return "";
    } catch (IOException e) {
      return "no file system can be mounted and taken down, which needs root: " + e.getMessage();
    }
  }

  @Override
  public String run(Task task, Findings findings) throws Exception {
    Path godown = godown().orElseThrow();
    return Ordeals.run(
        task,
        number -> {
          MountedFolder folder = new MountedFolder();
          Flux flux = Flux.prepare(task.engine(), folder.data(), Map.of());
          return new Ordeals.Pair(flux, new Cut(folder, godown));
        },
        findings);
  }

  /** The end of power. */
  private record Cut(MountedFolder folder, Path godown) implements Blow {
    @Override
    public void prepare(Victim victim) {
      // it is mounted
    }

    @Override
    public String strike(Victim victim) throws IOException, InterruptedException {
      victim.freeze();
      folder.cut(godown);
      victim.kill();
      return "cut";
    }

    @Override
    public String aftermath(Victim victim) throws IOException, InterruptedException {
      folder.mountAgain();
      return "mounted again";
    }

    @Override
    public void close() throws IOException, InterruptedException {
      folder.close();
    }
  }

  /** A file system in a file. */
  private static final class MountedFolder implements AutoCloseable {
    private static final int MOUNTS_MAX = 20;

    private final Path folder;
    private final Path image;
    private Mounts mount;

    MountedFolder() throws IOException, InterruptedException {
      Path work = Files.createDirectories(Path.of(System.getProperty("work.dir")));
      folder = Files.createTempDirectory(work, "mounted-").toRealPath();
      image = folder.resolve("image");
      try (var file = new java.io.RandomAccessFile(image.toFile(), "rw")) {
        file.setLength(IMAGE_BYTES);
      }
      Files.createDirectory(folder.resolve("mount"));
      try {
        Mounts.run(List.of("mkfs.ext4", "-q", "-F", image.toString()));
        mountAgain();
      } catch (IOException e) {
        Folders.delete(folder);
        throw e;
      }
    }

    Path data() {
      return folder.resolve("mount/data");
    }

    void cut(Path godown) throws IOException, InterruptedException {
      Mounts.run(List.of(godown.toString(), folder.resolve("mount").toString()));
    }

    /**
     * Mounts it so that it works. The kernel may still be letting go of the one that was taken
     * down; what is mounted then is that one.
     */
    void mountAgain() throws IOException, InterruptedException {
      for (int attempt = 1; ; attempt++) {
        if (mount != null) {
          mount.close();
        }
        mount = Mounts.image(image, folder.resolve("mount"));
        try {
          Files.delete(Files.createTempFile(folder.resolve("mount"), "alive", ""));
          return;
        } catch (IOException e) {
          if (attempt == MOUNTS_MAX) {
            throw e;
          }
        }
      }
    }

    @Override
    public void close() throws IOException, InterruptedException {
      mount.close();
      Folders.delete(folder);
    }
  }
}
