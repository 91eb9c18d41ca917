package io.fluxmqtt.store.rocksdb;

import io.fluxmqtt.api.spi.store.EngineException;
import io.fluxmqtt.api.spi.store.EngineException.Reason;
import java.io.IOException;
import java.nio.file.Path;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/** What RocksDB's exceptions mean. */
final class Failures {
  private Failures() {}

  static EngineException of(RocksDBException e, Path folder) {
    return of(reason(e), e, folder);
  }

  static EngineException of(IOException e, Path folder) {
    return of(isFull(String.valueOf(e.getMessage())) ? Reason.FULL : Reason.FAILED, e, folder);
  }

  private static EngineException of(Reason reason, Exception e, Path folder) {
    String what =
        switch (reason) {
          case FULL -> "the disk is full; it is written to again once there is room";
          case DAMAGED -> "damaged data";
          default -> "the disk or the folder fails";
        };
    return new EngineException(reason, folder + ": " + what + " (" + e.getMessage() + ")", e);
  }

  static Reason reason(RocksDBException e) {
    Status status = e.getStatus();
    String text = String.valueOf(e.getMessage());
    if ((status != null && status.getSubCode() == Status.SubCode.NoSpace) || isFull(text)) {
      return Reason.FULL;
    }
    return isDamage(e) ? Reason.DAMAGED : Reason.FAILED;
  }

  private static boolean isFull(String text) {
    return text.contains("No space left on device") || text.contains("Disk quota exceeded");
  }

  static boolean isDamage(RocksDBException e) {
    Status status = e.getStatus();
    return (status != null && status.getCode() == Status.Code.Corruption)
        || String.valueOf(e.getMessage()).contains("Corruption");
  }

  /**
   * Whether opening or reading files failed for what is in them, or for one that is missing, and
   * not for what the system refuses.
   */
  static boolean isDamageToFiles(RocksDBException e) {
    if (isDamage(e)) {
      return true;
    }
    if (reason(e) == Reason.FULL) {
      return false;
    }
    Status status = e.getStatus();
    String text = String.valueOf(e.getMessage());
    boolean refused = status != null && status.getCode() == Status.Code.IOError;
    return !refused || text.contains("No such file or directory");
  }
}
