package io.fluxmqtt.shell.karaf;

import io.fluxmqtt.api.admin.Histogram;
import io.fluxmqtt.api.admin.StoreAdmin;
import io.fluxmqtt.api.admin.StoreInfo;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Locale;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code mqtt:store-info}. */
@Service
@Command(
    scope = "mqtt",
    name = "store-info",
    description = "Shows what the store holds, what it costs the disk, and how it keeps up.")
public final class StoreInfoCommand extends StoreCommand {
  @Override
  void run(StoreAdmin store, PrintStream out) {
    StoreInfo info = store.info();
    Path folder = info.folder();
    line(out, "Engine", Text.escaped(info.engine()));
    line(out, "Durable", info.durable() ? "yes" : "no, it forgets at the end of the process");
    line(out, "Folder", folder == null ? "-" : Text.escaped(folder.toString()));
    line(out, "Format", Integer.toString(info.formatVersion()));
    line(out, "Writable", info.problem() == null ? "yes" : "no: " + Text.escaped(info.problem()));
    line(out, "Sessions", Long.toString(info.sessions()));
    line(out, "Queued", info.queuedMessages() + " messages");
    line(
        out,
        "Retained",
        info.retainedMessages() + " messages, " + Text.bytes(info.retainedBytes()));
    line(
        out,
        "Set aside",
        "%d damaged entries, %d parts of files".formatted(info.quarantined(), info.setAside()));
    line(out, "On disk", Text.bytes(info.bytesOnDisk()));
    line(out, "Written", written(info));
    line(
        out,
        "Waiting",
        "%s, the oldest for %s s"
            .formatted(Text.bytes(info.pendingBytes()), decimal(info.oldestPendingSeconds())));
    line(out, "Syncs", info.syncSeconds().count() + times(info.syncSeconds()));
    line(out, "Records a sync", batches(info.batchSize()));
    line(out, "Failed writes", Long.toString(info.failedWrites()));
  }

  private static String written(StoreInfo info) {
    String written = Text.bytes(info.bytesWritten());
    if (info.bytesGiven() == 0) {
      return written;
    }
    return "%s, %s times what was given"
        .formatted(written, decimal((double) info.bytesWritten() / info.bytesGiven()));
  }

  private static String times(Histogram seconds) {
    return seconds.count() == 0
        ? ""
        : "; half within %s, 99 %% within %s".formatted(time(seconds, 0.5), time(seconds, 0.99));
  }

  private static String batches(Histogram size) {
    return size.count() == 0 ? "-" : decimal(size.sum() / size.count()) + " on average";
  }

  private static String time(Histogram seconds, double part) {
    double bound = Histograms.bound(seconds, part);
    return Double.isInfinite(bound)
        ? "more than " + milliseconds(seconds.bounds().get(seconds.bounds().size() - 1))
        : milliseconds(bound);
  }

  private static String milliseconds(double seconds) {
    return decimal(seconds * 1_000) + " ms";
  }

  private static String decimal(double value) {
    String text = String.format(Locale.ROOT, "%.2f", value);
    return text.replaceAll("\\.?0+$", "");
  }

  private static void line(PrintStream out, String name, String value) {
    out.printf("%-16s %s%n", name, value);
  }
}
