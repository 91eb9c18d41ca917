package io.fluxmqtt.store.mvstore;

import io.fluxmqtt.api.spi.store.EngineException;
import io.fluxmqtt.api.spi.store.EngineException.Reason;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVStoreException;
import org.jspecify.annotations.Nullable;

/** What MVStore's failures mean. */
final class Failures {
  private Failures() {}

  /**
   * Whether what was read is not what was written. MVStore notices by an exception of its own, by
   * any other that follows from wrong numbers, or by one of its assertions.
   */
  static boolean isDamage(Throwable failure) {
    if (failure instanceof AssertionError) {
      return true;
    }
    if (!(failure instanceof MVStoreException known)) {
      return failure instanceof RuntimeException && io(failure) == null;
    }
    return switch (known.getErrorCode()) {
      case DataUtils.ERROR_FILE_CORRUPT,
          DataUtils.ERROR_CHUNK_NOT_FOUND,
          DataUtils.ERROR_SERIALIZATION ->
          true;
      case DataUtils.ERROR_INTERNAL -> io(failure) == null;
      case DataUtils.ERROR_READING_FAILED ->
          io(failure) == null || io(failure) instanceof EOFException;
      default -> false;
    };
  }

  /** Whether a closed file was asked. */
  static boolean isClosed(Throwable failure) {
    return failure instanceof MVStoreException known
        && known.getErrorCode() == DataUtils.ERROR_CLOSED;
  }

  /** A failure as the store understands it, with the path. */
  static EngineException of(Throwable failure, Path path) {
    if (failure instanceof EngineException known) {
      return known;
    }
    Reason reason = reason(failure);
    String what =
        switch (reason) {
          case FULL -> "the disk is full; it is written to again once there is room";
          case NEWER -> "written by a later version; start that one, nothing was changed";
          case DAMAGED -> "damaged data";
          case CLOSED -> "the engine was closed";
          default -> "the disk or the folder fails";
        };
    return new EngineException(
        reason, path + ": " + what + " (" + failure.getMessage() + ")", failure);
  }

  private static Reason reason(Throwable failure) {
    if (isFull(failure)) {
      return Reason.FULL;
    }
    if (isClosed(failure)) {
      return Reason.CLOSED;
    }
    if (failure instanceof MVStoreException known
        && known.getErrorCode() == DataUtils.ERROR_UNSUPPORTED_FORMAT) {
      return Reason.NEWER;
    }
    return isDamage(failure) ? Reason.DAMAGED : Reason.FAILED;
  }

  private static boolean isFull(Throwable failure) {
    IOException io = io(failure);
    String text = io == null ? "" : String.valueOf(io.getMessage());
    return text.contains("No space left on device")
        || text.contains("Disk quota exceeded")
        || text.contains("File too large");
  }

  private static @Nullable IOException io(Throwable failure) {
    for (Throwable each = failure; each != null; each = each.getCause()) {
      if (each instanceof IOException io) {
        return io;
      }
    }
    return null;
  }
}
