package io.fluxmqtt.itests.faults.disk;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The shim for one broker: where its log and its switches are. The library is compiled with the
 * machine's own compiler.
 *
 * @param library the compiled {@code disk.c}
 * @param root the folder whose files are watched
 * @param log what is written down
 * @param eio while it exists, syncs fail
 * @param full while it exists, files do not grow
 */
public record Shim(Path library, Path root, Path log, Path eio, Path full) {
  public static final String PACKAGES = "gcc libc6-dev";

  /** By target, once for each process; guarded by this class. */
  private static final Map<Path, Optional<Path>> COMPILED = new HashMap<>();

  /** The library, or nothing where there is no compiler or it has no headers. */
  public static Optional<Path> compile(Path folder) throws IOException, InterruptedException {
    return compile(folder, "disk", ".so", List.of("-shared", "-fPIC", "-ldl", "-lpthread"));
  }

  /** The program {@code godown}, or nothing as above. */
  public static Optional<Path> compileGodown(Path folder) throws IOException, InterruptedException {
    return compile(folder, "godown", "", List.of());
  }

  private static synchronized Optional<Path> compile(
      Path folder, String name, String ending, List<String> options)
      throws IOException, InterruptedException {
    Path target = folder.resolve(name + ending);
    Optional<Path> compiled = COMPILED.get(target); // somebody may be running it
    if (compiled == null) {
      compiled = compile(folder, name, target, options);
      COMPILED.put(target, compiled);
    }
    return compiled;
  }

  private static Optional<Path> compile(Path folder, String name, Path target, List<String> options)
      throws IOException, InterruptedException {
    Files.createDirectories(folder);
    Path source = folder.resolve(name + ".c");
    try (InputStream in = Shim.class.getResourceAsStream(name + ".c")) {
      Files.copy(in, source, StandardCopyOption.REPLACE_EXISTING);
    }
    List<String> command = new ArrayList<>(List.of("cc", "-O2", "-o", target.toString()));
    command.add(source.toString());
    command.addAll(options);
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("cc.out").toFile())
              .start();
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return Optional.empty();
      }
      return process.exitValue() == 0 ? Optional.of(target) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty(); // no such program
    }
  }

  /** A shim over one folder, with its files in another. */
  public static Shim of(Path library, Path root, Path folder) throws IOException {
    Files.createDirectories(root);
    Files.createDirectories(folder);
    return new Shim(
        library,
        root.toRealPath(),
        folder.resolve("disk.log"),
        folder.resolve("eio"),
        folder.resolve("full"));
  }

  /** What to put into the environment of the program. */
  public Map<String, String> environment(boolean logging) {
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put("LD_PRELOAD", library.toString());
    environment.put("FAULTS_ROOT", root.toString());
    environment.put("FAULTS_EIO", eio.toString());
    environment.put("FAULTS_FULL", full.toString());
    if (logging) {
      environment.put("FAULTS_LOG", log.toString());
    }
    return environment;
  }

  /** Throws a switch: {@link #eio} or {@link #full}. */
  public static void turn(Path control, boolean on) throws IOException {
    if (on) {
      Files.writeString(control, "");
    } else {
      Files.deleteIfExists(control);
    }
  }
}
