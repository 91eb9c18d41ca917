package io.fluxmqtt.itests.faults.broker;

import io.fluxmqtt.itests.kit.BrokerAddress;
import io.fluxmqtt.itests.kit.BrokerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The shipped runtime, in a folder and on a port of its own. */
public final class Flux implements Victim {
  private static final String STORE = "io.fluxmqtt.store.cfg";
  private static final String SESSION = "io.fluxmqtt.session.cfg";
  private static final String READY = "flux-mqtt ready:";
  private static final Duration LIMIT = Duration.ofMinutes(2); // how long counts elsewhere
  private static final List<String> DURABLE = List.of("rocksdb", "mvstore");

  private final BrokerProcess process;
  private final Path data;

  private Flux(BrokerProcess process, Path data) {
    this.process = process;
    this.data = data;
  }

  /** The durable engines that the runtime has; none in a runtime that has but the memory engine. */
  public static List<String> durableEngines() throws IOException {
    Path bundles = Path.of(System.getProperty("runtime.home"), "bundle");
    try (Stream<Path> files = Files.list(bundles)) {
      List<String> names = files.map(each -> each.getFileName().toString()).toList();
      return DURABLE.stream()
          .filter(engine -> names.stream().anyMatch(each -> each.contains("store." + engine)))
          .toList();
    }
  }

  /**
   * A broker that is not started yet.
   *
   * @param environment added to what it has anyway; JAVA_OPTS are -Xmx256m unless it says otherwise
   */
  public static Flux prepare(String engine, Map<String, String> environment) throws IOException {
    return prepare(engine, null, environment);
  }

  /** As the other, with its data in a folder that is not its own to remove; null: its own. */
  public static Flux prepare(String engine, Path data, Map<String, String> environment)
      throws IOException {
    Map<String, String> all = new TreeMap<>(environment);
    all.putIfAbsent("JAVA_OPTS", "-Xmx256m");
    if (data != null) {
      all.put("FLUX_MQTT_DATA", data.toString());
    }
    BrokerProcess process = BrokerProcess.prepare("faults-" + engine, all);
    Flux flux = new Flux(process, data != null ? data : process.folder().resolve("data"));
    flux.process.set(STORE, "engine", engine);
    flux.process.set(SESSION, "queueMaxMessages", 10_000_000);
    flux.process.set(SESSION, "queueMaxBytes", 1L << 30);
    flux.process.set(SESSION, "queueTotalMaxBytes", 1L << 30);
    flux.process.set(SESSION, "retainedMaxBytes", 1L << 30);
    Files.createDirectories(flux.data());
    return flux;
  }

  @Override
  public Duration start() throws Exception {
    long begin = System.nanoTime();
    process.launch();
    process.awaitLine(READY, LIMIT);
    return Duration.ofNanos(System.nanoTime() - begin);
  }

  @Override
  public Duration cpu() {
    return process.process().info().totalCpuDuration().orElse(Duration.ZERO);
  }

  @Override
  public BrokerAddress address() {
    return process.address();
  }

  @Override
  public Path data() {
    return data;
  }

  /** The process with its log. */
  public BrokerProcess process() {
    return process;
  }

  @Override
  public void kill() throws InterruptedException {
    process.kill();
    process.process().waitFor();
  }

  @Override
  public void freeze() throws IOException, InterruptedException {
    String pid = Long.toString(process.process().pid());
    if (new ProcessBuilder("kill", "-STOP", pid).start().waitFor() != 0) {
      throw new IOException("the broker cannot be stopped");
    }
  }

  @Override
  public void close() throws IOException, InterruptedException {
    process.close();
  }
}
