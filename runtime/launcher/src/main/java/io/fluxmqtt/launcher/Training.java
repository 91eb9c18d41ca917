package io.fluxmqtt.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Makes the class-data archive in a process of its own, at low priority, while the broker serves: a
 * second broker that nobody sees, with a data folder and a configuration of its own, on a loopback
 * port that is free. It serves one client, ends, and dumps the classes that it loaded. The JVM
 * could do so at the broker's own end, but that would slow the stop by a second.
 */
final class Training {
  private static final long PATIENCE_SECONDS = 180;
  private static final long ROOM_BYTES = 64L << 20;
  private static final long LARGEST_BYTES = 48L << 20;

  /** The process, while there is one. */
  private static volatile Process running;

  private static volatile boolean ending;

  private Training() {}

  /** Ends the process at once, if there is one; none will follow. */
  static void end() {
    ending = true;
    Process process = running;
    if (process != null) {
      process.destroyForcibly();
    }
  }

  /** Makes one if there is none, or none that fits. */
  static void run(Path file) {
    try {
      Archive archive = new Archive(file);
      OldCache.delete(archive.training());
      if (archive.claim()) {
        make(archive);
      }
    } catch (IOException | InterruptedException | RuntimeException e) {
      if (!ending) {
        say("no class-data archive was made: " + e.getMessage());
      }
    }
  }

  private static void make(Archive archive) throws IOException, InterruptedException {
    if (archive.folder().toFile().getUsableSpace() < ROOM_BYTES) {
      throw new IOException("too little room in " + archive.folder());
    }
    Path folder = archive.training();
    try {
      configure(Files.createDirectories(folder.resolve("etc")));
      Files.createDirectory(folder.resolve("data"));
      Path made = folder.resolve("made.jsa");
      int end = train(folder, made);
      long size = made.toFile().length();
      if (end != 0 || size == 0 || size > LARGEST_BYTES) {
        throw new IOException("its training ended with " + end + " and " + size + " bytes");
      }
      archive.replace(made);
    } finally {
      OldCache.delete(folder);
    }
    say("class-data archive made, the next start is faster (FLUX_MQTT_CDS)");
  }

  /** Nothing of the user's configuration: that may name ports, folders and other machines. */
  private static void configure(Path etc) throws IOException {
    Files.writeString(etc.resolve("io.fluxmqtt.listener-default.cfg"), "host=127.0.0.1\nport=0\n");
    Files.writeString(etc.resolve("io.fluxmqtt.store.cfg"), "engine=memory\n");
    Files.writeString(etc.resolve("io.fluxmqtt.access.cfg"), "authenticators=anonymous\n");
    Files.writeString(
        etc.resolve("io.fluxmqtt.acl-default.cfg"),
        "rule.publish=allow publish topic=# from=loopback\n"
            + "rule.subscribe=allow subscribe topic=* from=loopback\n");
  }

  private static int train(Path folder, Path made) throws IOException, InterruptedException {
    Process process = start(command(folder, made), folder);
    running = process;
    try {
      if (ending || !process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
      return process.waitFor();
    } finally {
      running = null;
    }
  }

  private static Process start(List<String> command, Path folder) throws IOException {
    List<String> gently = new ArrayList<>(List.of("nice", "-n", "19"));
    gently.addAll(command);
    try {
      return process(gently, folder);
    } catch (IOException e) {
      return process(command, folder); // there is no nice
    }
  }

  /**
   * Its standard input stays open as long as this process lives, and it ends when that closes. What
   * it leaves if it crashes is deleted with its folder.
   */
  private static Process process(List<String> command, Path folder) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD);
    // As JAVA_OPTS: an agent's port is taken by the broker.
    List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS")
        .forEach(builder.environment()::remove);
    return builder.start();
  }

  /** Without the user's JAVA_OPTS, which may open ports and write files. */
  private static List<String> command(Path folder, Path made) {
    String home = System.getProperty("flux.mqtt.home");
    Path etc = folder.resolve("etc");
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("java.home") + "/bin/java");
    command.add("-XX:ArchiveClassesAtExit=" + made);
    for (String option : System.getProperty("flux.mqtt.options", "").split(" ")) {
      if (!option.isEmpty()) {
        command.add(option); // an archive only fits a JVM with the same
      }
    }
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-XX:+UseSerialGC");
    command.add("-Xmx64m");
    command.add("-D" + Exercise.PROPERTY + "=true");
    command.add("-Dio.netty.jfr.enabled=false");
    command.add("-Dflux.mqtt.home=" + home);
    command.add("-Dflux.mqtt.etc=" + etc);
    command.add("-Dflux.mqtt.data=" + folder.resolve("data"));
    command.add("-Dfelix.fileinstall.dir=" + etc);
    command.add("-Dfelix.config.properties=" + System.getProperty("felix.config.properties"));
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(Launcher.class.getName());
    return command;
  }

  private static void say(String text) {
    System.err.println("flux-mqtt: " + text);
  }
}
