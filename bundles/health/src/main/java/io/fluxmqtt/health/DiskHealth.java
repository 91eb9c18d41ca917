package io.fluxmqtt.health;

import io.fluxmqtt.api.admin.StoreInfo;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.apache.felix.hc.api.HealthCheck;
import org.apache.felix.hc.api.Result;
import org.jspecify.annotations.Nullable;

/**
 * Whether the store will soon have no room: said before it happens, since a full disk also takes
 * the room that is needed to make some. The bounds are bytes; of a small disk only a tenth and a
 * twentieth, so that one is not red from the beginning.
 */
final class DiskHealth implements HealthCheck {
  private static final int WARN_PART = 10;
  private static final int RED_PART = 20;

  /**
   * The disk below the store.
   *
   * @param freeBytes what this process may still write
   * @param bytes how large it is
   */
  record Room(Path folder, long freeBytes, long bytes) {
    /** Asks the disk; null if the store has no files. May block. */
    static @Nullable Room of(@Nullable StoreInfo info) throws IOException {
      Path folder = info == null ? null : info.folder();
      if (folder == null) {
        return null;
      }
      FileStore disk = Files.getFileStore(folder);
      return new Room(folder, disk.getUsableSpace(), disk.getTotalSpace());
    }
  }

  private final Source<Room> source;
  private final Supplier<HealthSettings> settings;

  DiskHealth(Source<Room> source, Supplier<HealthSettings> settings) {
    this.source = source;
    this.settings = settings;
  }

  @Override
  public Result execute() {
    Report report = new Report();
    Source.Answer<Room> answer = source.answer();
    if (answer.silent().compareTo(Report.SILENCE) >= 0) {
      report.red(
          "the disk has not answered for %s: see the kernel's log"
              .formatted(Report.seconds(answer.silent())));
    }
    if (answer.failure() != null) {
      report.red("the disk cannot say how much room is left: " + Report.why(answer.failure()));
    }
    Room room = answer.value();
    if (room != null) {
      judge(report, room);
    } else if (answer.failure() == null) {
      report.ok("no store on a disk");
    }
    return report.result();
  }

  private void judge(Report report, Room room) {
    long red = Math.min(settings.get().diskFreeRedBytes(), room.bytes() / RED_PART);
    long warn = Math.min(settings.get().diskFreeWarnBytes(), room.bytes() / WARN_PART);
    String left =
        "%s of %s are free at %s"
            .formatted(
                Report.megabytes(room.freeBytes()), Report.megabytes(room.bytes()), room.folder());
    if (room.freeBytes() < red) {
      report.red("%s, red below %s: make room now".formatted(left, Report.megabytes(red)));
    } else if (room.freeBytes() < warn) {
      report.warn(
          "%s, red below %s: make room before the store cannot write"
              .formatted(left, Report.megabytes(red)));
    } else {
      report.ok(left);
    }
  }
}
