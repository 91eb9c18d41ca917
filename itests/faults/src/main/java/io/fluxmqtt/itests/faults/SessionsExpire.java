package io.fluxmqtt.itests.faults;

import io.fluxmqtt.itests.faults.broker.Flux;
import io.fluxmqtt.itests.faults.load.Findings;
import io.fluxmqtt.itests.faults.load.Findings.Kind;
import io.fluxmqtt.itests.faults.load.Probe;
import io.fluxmqtt.itests.kit.BrokerAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sessions of 1 s with 10 messages each leave nothing behind, on the heap or on the disk. */
final class SessionsExpire implements Scenario {
  private static final int GROUP = 500;
  private static final int MESSAGES = 10;
  private static final int EXPIRY_SECONDS = 1;
  private static final int ANSWER_MILLIS = 10_000;
  private static final long HEAP_SLACK = 8L << 20;
  private static final long DISK_SLACK = 2L << 20;
  private static final long LIMIT_NANOS = 60_000_000_000L;
  private static final String FILLER = " " + ".".repeat(200);
  private static final Pattern USED = Pattern.compile("used (\\d+)K");

  @Override
  public String name() {
    return "sessions-expire";
  }

  @Override
  public int runs() {
    return 50_000;
  }

  @Override
  public String run(Task task, Findings findings) throws Exception {
    try (Flux flux = Flux.prepare(task.engine(), Map.of())) {
      flux.start();
      group(flux.address(), 0, Math.min(GROUP, task.runs())); // what is loaded once is loaded
      await(flux, Long.MAX_VALUE, Long.MAX_VALUE);
      long heap = heap(flux);
      long disk = Folders.bytes(flux.data().resolve("store"));
      long most = 0;
      for (int first = 0; first < task.runs(); first += GROUP) {
        group(flux.address(), first, Math.min(GROUP, task.runs() - first));
        most = Math.max(most, Folders.bytes(flux.data().resolve("store")));
      }
      boolean back = await(flux, heap + HEAP_SLACK, disk + DISK_SLACK);
      String figures =
          "%d sessions; heap %d KB, then %d KB; disk %d KB, at most %d KB, then %d KB"
              .formatted(
                  task.runs(),
                  heap >> 10,
                  heap(flux) >> 10,
                  disk >> 10,
                  most >> 10,
                  Folders.bytes(flux.data().resolve("store")) >> 10);
      if (!back) {
        findings.add(Kind.LOST, "what the sessions took does not come back: " + figures);
      }
      return figures;
    }
  }

  /** Clients that take one message and do not acknowledge it, so that the others wait. */
  private static void group(BrokerAddress broker, int first, int count) throws IOException {
    List<Probe> clients = new ArrayList<>();
    try (Probe publisher = Probe.passing(broker, "publisher", 5)) {
      for (int i = 0; i < count; i++) {
        Probe client = Probe.brief(broker, "brief-" + (first + i), EXPIRY_SECONDS);
        clients.add(client);
        client.subscribe("group", 1, ANSWER_MILLIS);
      }
      for (int i = 0; i < MESSAGES; i++) {
        int code = publisher.publish("group", 1, false, i + FILLER, ANSWER_MILLIS);
        if (code != 0) {
          throw new IOException("PUBLISH was answered by " + code);
        }
      }
    } finally {
      for (Probe client : clients) {
        client.close();
      }
    }
  }

  /** Waits until heap and disk are below limits; returns whether they are. */
  private static boolean await(Flux flux, long heap, long disk) throws Exception {
    Thread.sleep(1_000L * EXPIRY_SECONDS + 500);
    long end = System.nanoTime() + LIMIT_NANOS;
    while (heap(flux) > heap || Folders.bytes(flux.data().resolve("store")) > disk) {
      if (System.nanoTime() > end) {
        return false;
      }
      Thread.sleep(500);
    }
    return true;
  }

  /** What lives on the heap, after a full collection. */
  private static long heap(Flux flux) throws IOException, InterruptedException {
    String pid = Long.toString(flux.process().process().pid());
    command(pid, "GC.run");
    long bytes = 0;
    for (String line : command(pid, "GC.heap_info").split("\n")) {
      Matcher used = USED.matcher(line);
      boolean counts = line.contains("generation") || line.contains("heap");
      if (counts && used.find()) {
        bytes += Long.parseLong(used.group(1)) << 10;
      }
    }
    return bytes;
  }

  private static String command(String pid, String word) throws IOException, InterruptedException {
    Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    Process process =
        new ProcessBuilder(jcmd.toString(), pid, word).redirectErrorStream(true).start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return text;
  }
}
