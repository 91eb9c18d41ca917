package io.fluxmqtt.itests.engine;

import io.fluxmqtt.api.spi.store.KvEngine;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An engine in a JVM of its own, opened by the test's class there. It prints what it has done, a
 * line each.
 */
final class EngineProcess implements AutoCloseable {
  /** What the process is to do. */
  enum Task {
    /** Writes {@link Sequence} from where it stands, for ever; a line for each synced batch. */
    WRITE,
    /** Holds the engine open, for ever. */
    HOLD,
    /** Fills the disk, makes room, goes on; see {@link FullDisk}. */
    FILL
  }

  static final String OPENED = "opened";
  static final String REFUSED = "refused ";

  private final Process process;
  private final BufferedReader output;

  private EngineProcess(Process process) {
    this.process = process;
    output = process.inputReader(StandardCharsets.UTF_8);
  }

  /**
   * Starts it.
   *
   * @param before a command that ends in running what is appended to it; may be empty
   */
  static EngineProcess start(
      Class<? extends DurableEngineContract> test, Path folder, Task task, List<String> before)
      throws IOException {
    List<String> command = new ArrayList<>(before);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(EngineProcess.class.getName());
    command.addAll(List.of(test.getName(), folder.toString(), task.name()));
    return new EngineProcess(
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
  }

  /** The next line, or null when the process has ended. */
  @Nullable String line() throws IOException {
    return output.readLine();
  }

  /** SIGKILL; waits for the end. What it had printed can still be read. */
  void kill() throws InterruptedException {
    process.toHandle().destroyForcibly();
    process.waitFor();
  }

  @Override
  public void close() throws IOException {
    try {
      kill();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    output.close();
  }

  /** The other side: class of the test, folder, task. */
  public static void main(String[] arguments) throws Exception {
    DurableEngineContract test = test(arguments[0]);
    Path folder = Path.of(arguments[1]);
    KvEngine engine;
    try {
      engine = test.open(folder);
    } catch (IOException e) {
      System.out.println(REFUSED + e.getMessage());
      return;
    }
    System.out.println(OPENED);
    switch (Task.valueOf(arguments[2])) {
      case WRITE -> write(engine);
      case HOLD -> System.in.read();
      case FILL -> FullDisk.fill(test, engine, folder);
    }
  }

  private static DurableEngineContract test(String name) throws ReflectiveOperationException {
    Constructor<?> constructor = Class.forName(name).getDeclaredConstructor();
    constructor.setAccessible(true);
    return (DurableEngineContract) constructor.newInstance();
  }

  private static void write(KvEngine engine) throws IOException {
    for (long number = Sequence.last(engine) + 1; ; number++) {
      boolean sync = number % 3 != 0;
      engine.write(Sequence.batch(number), sync);
      if (sync) {
        System.out.println(number);
      }
    }
  }
}
