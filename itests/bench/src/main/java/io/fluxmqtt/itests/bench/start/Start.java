package io.fluxmqtt.itests.bench.start;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Starts the shipped broker again and again, with and without its class-data archive, its store in
 * memory and then as it is shipped, on disk, in turns with the same framework that has nothing but
 * SCR and what that needs.
 */
public final class Start {
  private static final long TRAINING_SECONDS = 180;
  private static final long SETTLED_SECONDS = 5;

  private final Path home;
  private final Path work;
  private final int runs;

  private Start(Path home, Path work, int runs) {
    this.home = home;
    this.work = work;
    this.runs = runs;
  }

  /** Folder of the unpacked runtime, folder to work in, runs of each. */
  public static void main(String[] arguments) throws Exception {
    Path in = Files.createDirectories(Path.of(arguments[1]).toAbsolutePath());
    Path work = Files.createTempDirectory(in, "start-");
    try {
      new Start(Path.of(arguments[0]).toRealPath(), work, Integer.parseInt(arguments[2])).measure();
    } finally {
      delete(work);
    }
  }

  private void measure() throws Exception {
    configure("memory");
    configure("auto");
    System.out.println("making the class-data archives");
    train("memory");
    train("auto");
    List<Figures> without = new ArrayList<>();
    List<Figures> with = new ArrayList<>();
    List<Figures> durable = new ArrayList<>();
    List<Figures> bare = new ArrayList<>();
    for (int i = 0; i < runs; i++) {
      without.add(run(broker("memory", false)));
      with.add(run(broker("memory", true)));
      durable.add(run(broker("auto", true)));
      bare.add(run(bareFelix()));
    }
    System.out.printf(
        Locale.ROOT, "%d runs of each, medians, -Xmx48m; load average %s%n", runs, load());
    print("broker, no archive", without, bare);
    print("broker, archive", with, bare);
    print("same, store on disk", durable, bare);
    print("bare Felix with SCR", bare, bare);
  }

  private static void print(String what, List<Figures> figures, List<Figures> bare) {
    double ready = median(figures, Figures::readyMillis);
    double cpu = median(figures, Figures::cpuMillis);
    System.out.printf(
        Locale.ROOT,
        "%-20s ready %5.0f ms (%.2f x bare)  CPU until then %5.0f ms (%.2f x bare)  RSS %.1f MB%n",
        what,
        ready,
        ready / median(bare, Figures::readyMillis),
        cpu,
        cpu / median(bare, Figures::cpuMillis),
        median(figures, Figures::rssMegabytes));
  }

  private interface Figure {
    double of(Figures figures);
  }

  private static double median(List<Figures> figures, Figure figure) {
    double[] sorted = figures.stream().mapToDouble(figure::of).sorted().toArray();
    return sorted[sorted.length / 2];
  }

  private static String load() throws IOException {
    String[] load = Files.readString(Path.of("/proc/loadavg")).split(" ");
    return String.join(" ", Arrays.copyOf(load, 3));
  }

  private static Figures run(ProcessBuilder builder) throws Exception {
    Started started = Started.of(builder);
    TimeUnit.SECONDS.sleep(SETTLED_SECONDS);
    return started.end();
  }

  private void train(String engine) throws Exception {
    Started first = Started.of(broker(engine, true));
    awaitArchive(engine);
    first.end();
  }

  private ProcessBuilder broker(String engine, boolean archive) {
    ProcessBuilder builder = new ProcessBuilder(home.resolve("bin/flux-mqtt").toString());
    builder.environment().put("FLUX_MQTT_ETC", etc(engine).toString());
    builder.environment().put("FLUX_MQTT_DATA", data(engine, archive).toString());
    builder.environment().put("FLUX_MQTT_CDS", archive ? "on" : "off");
    builder.environment().put("JAVA_OPTS", "-Xmx48m");
    return builder.redirectError(work.resolve("errors").toFile());
  }

  private ProcessBuilder bareFelix() throws IOException {
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("java.home") + "/bin/java");
    command.add("-Xmx48m");
    command.add("-cp");
    command.add(System.getProperty("java.class.path") + ":" + home.resolve("lib/felix.jar"));
    command.add(BareFelix.class.getName());
    command.add(work.resolve("bare").toString());
    try (Stream<Path> jars = Files.list(home.resolve("bundle"))) {
      jars.filter(jar -> jar.getFileName().toString().matches("(org|slf4j).*"))
          .sorted()
          .forEach(jar -> command.add(jar.toUri().toString()));
    }
    return new ProcessBuilder(command).redirectError(work.resolve("errors").toFile());
  }

  private Path etc(String engine) {
    return work.resolve("etc-" + engine);
  }

  private Path data(String engine, boolean archive) {
    return work.resolve(engine + (archive ? "-with" : "-without"));
  }

  private void configure(String engine) throws IOException {
    Path etc = Files.createDirectories(etc(engine));
    try (Stream<Path> files = Files.list(home.resolve("etc"))) {
      for (Path file : files.toList()) {
        Files.copy(file, etc.resolve(file.getFileName()));
      }
    }
    Files.writeString(
        etc.resolve("io.fluxmqtt.listener-default.cfg"), "host=127.0.0.1\nport=" + freePort());
    Files.writeString(etc.resolve("io.fluxmqtt.store.cfg"), "engine=" + engine);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private void awaitArchive(String engine) throws Exception {
    Path archive = data(engine, true).resolve("cds/archive.jsa");
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(TRAINING_SECONDS);
    while (!Files.exists(archive)) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException("no archive; " + Files.readString(work.resolve("errors")));
      }
      Thread.sleep(100);
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> paths = Files.walk(folder)) {
      paths.sorted(java.util.Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
    }
  }
}
