package io.fluxmqtt.itests.kit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.CopyOption;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The shipped runtime as a process of its own, in a copy of its folder, on free loopback ports. It
 * ends no process but the one that it started, and ends that one even if the test does not.
 */
public final class BrokerProcess implements AutoCloseable {
  public static final String DEFAULT_LISTENER = "io.fluxmqtt.listener-default.cfg";
  public static final Duration START_LIMIT = Duration.ofSeconds(30);

  private static final String READY = "flux-mqtt ready:";
  private static final Pattern ADDRESS = Pattern.compile("(\\S+) tcp://([0-9.]+):([0-9]+)");

  private final Path folder;
  private final List<String> output = new ArrayList<>(); // guarded by itself
  private final Map<String, String> environment;
  private volatile Process process;

  private BrokerProcess(Path folder, Map<String, String> environment) {
    this.folder = folder;
    this.environment = environment;
    Runtime.getRuntime().addShutdownHook(new Thread(this::kill));
  }

  /** A copy of the runtime with its default listener on a free port, not started yet. */
  public static BrokerProcess prepare(String name) throws IOException {
    return prepare(name, Map.of("JAVA_OPTS", "-Xmx256m"));
  }

  /** As {@link #prepare(String)}, with variables for the environment. */
  public static BrokerProcess prepare(String name, Map<String, String> environment)
      throws IOException {
    Path work = Path.of(System.getProperty("work.dir"));
    Files.createDirectories(work);
    Path folder = Files.createTempDirectory(work, name + "-");
    Path home = Path.of(System.getProperty("runtime.home"));
    if (!Files.isExecutable(home.resolve("bin/flux-mqtt"))) {
      throw new IllegalStateException("no runtime in " + home + "; build runtime/felix first");
    }
    copy(home, folder.resolve("home"));
    Files.move(folder.resolve("home/etc"), folder.resolve("etc"));
    BrokerProcess broker = new BrokerProcess(folder, environment);
    broker.set(DEFAULT_LISTENER, "port", freePort());
    return broker;
  }

  /** A broker that is ready. */
  public static BrokerProcess started(String name) throws Exception {
    BrokerProcess broker = prepare(name);
    broker.start();
    return broker;
  }

  /** Starts the process and waits until it is ready. */
  public BrokerProcess start() throws Exception {
    launch();
    awaitLine(READY, START_LIMIT);
    return this;
  }

  /** Starts the process and does not wait. */
  public void launch() throws IOException {
    synchronized (output) {
      output.clear();
    }
    ProcessBuilder builder =
        new ProcessBuilder(folder.resolve("home/bin/flux-mqtt").toString())
            .directory(folder.toFile())
            .redirectErrorStream(true);
    builder.environment().put("FLUX_MQTT_CDS", "off"); // an archive would cost more than it saves
    builder.environment().put("FLUX_MQTT_DATA", folder.resolve("data").toString());
    builder.environment().putAll(environment);
    builder.environment().put("FLUX_MQTT_ETC", etc().toString());
    Process started = builder.start();
    process = started;
    started.getOutputStream().close();
    Thread reader = new Thread(() -> read(started), "broker-output");
    reader.setDaemon(true);
    reader.start();
  }

  /** Where a listener listens, from the line that says the broker is ready. */
  public BrokerAddress address(String listener) {
    String ready = find(READY, 0).orElseThrow(() -> new AssertionError("not ready\n" + log()));
    Matcher matcher = ADDRESS.matcher(ready);
    while (matcher.find()) {
      if (matcher.group(1).equals(listener)) {
        return new BrokerAddress(matcher.group(2), Integer.parseInt(matcher.group(3)));
      }
    }
    throw new AssertionError("no listener " + listener + " in: " + ready);
  }

  public BrokerAddress address() {
    return address("default");
  }

  public Path etc() {
    return folder.resolve("etc");
  }

  /** The folder for bundles that are dropped in while the broker runs. */
  public Path load() {
    return folder.resolve("home/load");
  }

  /** Has optional bundles run, those whose file names begin so, from the next start or at once. */
  public void load(String... prefixes) throws IOException {
    for (String prefix : prefixes) {
      Path jar = jar("optional", prefix);
      Files.copy(jar, load().resolve(jar.getFileName()));
    }
  }

  /** The bundle whose file name begins so. */
  public Path bundle(String prefix) throws IOException {
    return jar("bundle", prefix);
  }

  private Path jar(String where, String prefix) throws IOException {
    try (Stream<Path> jars = Files.list(folder.resolve("home").resolve(where))) {
      return jars.filter(jar -> jar.getFileName().toString().startsWith(prefix))
          .findFirst()
          .orElseThrow(() -> new AssertionError("no bundle " + prefix));
    }
  }

  public Path folder() {
    return folder;
  }

  public Process process() {
    return process;
  }

  /** Changes one key of a configuration file, adding it where it is missing. */
  public void set(String file, String key, Object value) throws IOException {
    Pattern line = Pattern.compile("(?m)^\\s*" + Pattern.quote(key) + "\\s*=.*(\\\\\\R.*)*$");
    String text = key + " = " + value;
    edit(
        file,
        old ->
            line.matcher(old).find()
                ? line.matcher(old).replaceFirst(Matcher.quoteReplacement(text))
                : old + (old.isEmpty() || old.endsWith("\n") ? "" : "\n") + text + "\n");
  }

  /** Writes a configuration file as editors do: a temporary file, then a rename. */
  public void write(String file, String text) throws IOException {
    Path temporary = Files.createTempFile(folder, "edit", ".tmp");
    Files.writeString(temporary, text);
    Files.move(
        temporary,
        etc().resolve(file),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  private void edit(String file, UnaryOperator<String> change) throws IOException {
    Path path = etc().resolve(file);
    write(file, change.apply(Files.exists(path) ? Files.readString(path) : ""));
  }

  /** How many lines were printed so far: a mark for {@link #awaitLine(String, int, Duration)}. */
  public int mark() {
    synchronized (output) {
      return output.size();
    }
  }

  public String awaitLine(String part, Duration limit) throws Exception {
    return awaitLine(part, 0, limit);
  }

  /** Waits for a line after a mark that contains a text. */
  public String awaitLine(String part, int mark, Duration limit) throws Exception {
    try {
      Await.until(
          part,
          limit,
          () -> {
            if (find(part, mark).isPresent()) {
              return true;
            }
            if (!process.isAlive()) {
              throw new AssertionError("ended with " + process.exitValue() + "\n" + log());
            }
            return false;
          });
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + "\n" + log(), e);
    }
    return find(part, mark).orElseThrow();
  }

  public java.util.Optional<String> find(String part, int mark) {
    return lines(mark).stream().filter(line -> line.contains(part)).findFirst();
  }

  /** What was printed after a mark. */
  public List<String> lines(int mark) {
    synchronized (output) {
      return List.copyOf(output.subList(Math.min(mark, output.size()), output.size()));
    }
  }

  /** All that was printed. */
  public String log() {
    return String.join("\n", lines(0));
  }

  /** SIGTERM; how long the process took to end. */
  public Duration stop(Duration limit) throws InterruptedException {
    long begin = System.nanoTime();
    process.destroy();
    if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new AssertionError("still running " + limit + " after SIGTERM\n" + log());
    }
    return Duration.ofNanos(System.nanoTime() - begin);
  }

  /** SIGKILL. */
  public void kill() {
    Process running = process;
    if (running != null && running.isAlive()) {
      running.destroyForcibly();
    }
  }

  /** Stops the process, by force if it must, and removes the folder. */
  @Override
  public void close() throws IOException, InterruptedException {
    if (process != null) {
      process.destroy();
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        kill();
        process.waitFor();
      }
    }
    try (Stream<Path> paths = Files.walk(folder)) {
      paths.sorted(java.util.Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
    }
  }

  public static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      return socket.getLocalPort();
    }
  }

  private void read(Process from) {
    try (BufferedReader in = from.inputReader(StandardCharsets.UTF_8)) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        synchronized (output) {
          output.add(line);
        }
      }
    } catch (IOException e) {
      // The process has ended.
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    CopyOption[] options = {StandardCopyOption.COPY_ATTRIBUTES, LinkOption.NOFOLLOW_LINKS};
    try (Stream<Path> paths = Files.walk(from)) {
      paths.forEach(
          path -> {
            try {
              Files.copy(path, to.resolve(from.relativize(path)), options);
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
    }
  }
}
