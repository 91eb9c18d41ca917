package io.fluxmqtt.itests.faults;

import io.fluxmqtt.itests.faults.broker.Flux;
import io.fluxmqtt.itests.faults.broker.Victim;
import io.fluxmqtt.itests.faults.disk.DiskImage;
import io.fluxmqtt.itests.faults.disk.Remains;
import io.fluxmqtt.itests.faults.disk.Shim;
import io.fluxmqtt.itests.faults.load.Findings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Random;

/** Power cuts: SIGKILL, then the files become what was synced, and some of what was not. */
final class Cuts implements Scenario {
  private final boolean honest;

  /**
   * Cuts.
   *
   * @param honest whether the disk keeps what was synced; one that does not must be found out
   */
  Cuts(boolean honest) {
    this.honest = honest;
  }

  @Override
  public String name() {
    return "cuts";
  }

  @Override
  public int runs() {
    return 50;
  }

  @Override
  public String obstacle() throws Exception {
    return library().isPresent() ? "" : "cc is missing; install " + Shim.PACKAGES;
  }

  static Optional<Path> library() throws IOException, InterruptedException {
    return Shim.compile(Path.of(System.getProperty("work.dir"), "shim"));
  }

  @Override
  public String run(Task task, Findings findings) throws Exception {
    Path library = library().orElseThrow();
    return Ordeals.run(task, number -> pair(task, number, library), findings);
  }

  private Ordeals.Pair pair(Task task, int number, Path library) throws IOException {
    Path work = Path.of(System.getProperty("work.dir"));
    Path folder = Files.createTempDirectory(Files.createDirectories(work), "disk-").toRealPath();
    Path data = folder.resolve("data");
    Shim shim = Shim.of(library, data.resolve("store"), folder);
    Flux flux = Flux.prepare(task.engine(), data, shim.environment(true));
    return new Ordeals.Pair(flux, new Cut(shim, folder, new Random(task.seed() + number)));
  }

  /** What a disk forgets. */
  private final class Cut implements Blow {
    private final Shim shim;
    private final Path folder;
    private final Random random;
    private DiskImage image;

    Cut(Shim shim, Path folder, Random random) {
      this.shim = shim;
      this.folder = folder;
      this.random = random;
    }

    @Override
    public void prepare(Victim victim) throws IOException {
      Files.deleteIfExists(shim.log());
      image = new DiskImage(shim.root(), honest);
    }

    @Override
    public String strike(Victim victim) throws InterruptedException {
      victim.kill();
      return "cut";
    }

    @Override
    public String aftermath(Victim victim) throws IOException {
      image.follow(shim.log());
      if (!image.blind().isEmpty()) {
        throw new IllegalStateException("changes that the shim does not see: " + image.blind());
      }
      Remains remains = Remains.values()[random.nextInt(Remains.values().length)];
      return image.cut(honest ? remains : Remains.SYNCED, random);
    }

    @Override
    public void close() throws IOException {
      Folders.delete(folder);
    }
  }
}
