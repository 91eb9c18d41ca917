package io.fluxmqtt.api.spi.store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * An ordered map from bytes to bytes that the store keeps its data in. Keys are ordered as unsigned
 * bytes, a prefix before what it begins. Registered as a service with the property {@link #NAME}.
 *
 * <p>The store calls {@link #write} from one thread only; all else may come from any thread, at the
 * same time. Arrays that are passed in or handed out are not modified afterwards by either side.
 *
 * <p>The service stays registered when the disk fails: its methods throw an {@link EngineException}
 * that tells why, {@link #failure} tells it without being asked to write, and the engine heals
 * itself where that is possible. Whoever provides the service closes its files when it is
 * unregistered; calls that are under way end first or fail.
 */
@ConsumerType
public interface KvEngine {
  /** Service property: the name by which the store's configuration picks it. String, required. */
  String NAME = "mqtt.engine.name";

  /** Service property: whether writes outlive the process. Boolean, required. */
  String DURABLE = "mqtt.engine.durable";

  /**
   * Service property: whether the engine can run on this machine. Boolean, default true. One that
   * cannot, such as for want of a native library, registers all the same with false, so that its
   * absence is told from a start that takes long; each call of it fails as {@link
   * EngineException.Reason#UNAVAILABLE}. It may turn from true to false when {@link #load} fails.
   */
  String AVAILABLE = "mqtt.engine.available";

  /** One change: sets {@code key} to {@code value}, or removes it if {@code value} is null. */
  record Write(byte[] key, byte @Nullable [] value) {}

  /** Takes one entry; returns whether to go on. */
  @FunctionalInterface
  interface Visitor {
    /** Called in key order. */
    boolean visit(byte[] key, byte[] value);
  }

  /** Takes one entry; returns where to go on. */
  @FunctionalInterface
  interface Seeker {
    /**
     * Called in key order.
     *
     * @return {@code key} itself to go on with the next entry, a greater key to go on with the
     *     first entry at or behind it, or null to end
     */
    byte @Nullable [] visit(byte[] key, byte[] value);
  }

  /**
   * What an engine holds and has done since it was opened.
   *
   * @param bytesOnDisk what its files take
   * @param bytesWritten what it gave to the disk, logs and rewriting included: the wear of flash
   * @param bytesGiven keys and values that it was given to write
   * @param writes how many batches were written
   * @param syncs how many of them were synced
   * @param syncNanos how long these took in all, in nanoseconds
   * @param setAside how many damaged parts (of files, or whole files) it has set aside
   */
  record Statistics(
      long bytesOnDisk,
      long bytesWritten,
      long bytesGiven,
      long writes,
      long syncs,
      long syncNanos,
      long setAside) {
    /** Of an engine that does not count. */
    public static final Statistics NONE = new Statistics(0, 0, 0, 0, 0, 0, 0);
  }

  /**
   * Loads what the engine needs to run on this machine, such as a native library, which may cost
   * too much to be done where another engine is used. Opens no data. Not needed before other calls;
   * later ones do nothing. Blocks for I/O.
   *
   * @throws EngineException as {@link EngineException.Reason#UNAVAILABLE} if it cannot run here;
   *     the engine has logged why
   */
  default void load() throws EngineException {
    // most are Java alone
  }

  /** The value of a key, or null. Blocks for I/O. */
  byte @Nullable [] get(byte[] key) throws IOException;

  /**
   * Makes all changes or none, in their order; when it returns with {@code sync}, they and all
   * before them outlive a power cut (as far as the engine is durable). Blocks for I/O.
   *
   * <p>If it throws, no later read of this engine sees any of the changes; after the process has
   * ended they may be there, all or none. Nothing is written after a failed sync until the engine
   * has opened its files anew and found them whole.
   *
   * @throws EngineException with the reason, as far as it is known
   */
  void write(List<Write> changes, boolean sync) throws IOException;

  /**
   * Visits all entries from {@code from} (inclusive) to {@code to} (exclusive) in key order, as
   * they were when it began. The visitor may call the engine, also to write. Blocks for I/O.
   */
  void scan(byte[] from, byte[] to, Visitor visitor) throws IOException;

  /**
   * As {@link #scan}, for who need not see every entry: the seeker may skip. What it visits may be
   * as it is when the seeker comes there, and not as all was when it began.
   */
  default void seek(byte[] from, byte[] to, Seeker seeker) throws IOException {
    byte[][] next = {from};
    while (next[0] != null && Arrays.compareUnsigned(next[0], to) < 0) {
      byte[] start = next[0];
      next[0] = null;
      scan(
          start,
          to,
          (key, value) -> {
            byte[] target = seeker.visit(key, value);
            if (target == key) {
              return true;
            }
            if (target != null && Arrays.compareUnsigned(target, key) <= 0) {
              throw new IllegalArgumentException("a seek must go forward");
            }
            next[0] = target;
            return false;
          });
    }
  }

  /**
   * Writes a consistent copy of all that was written before into a folder, while others read and
   * write; an engine of the same kind opens it. Synced when it returns. Blocks for I/O.
   *
   * @param folder does not exist; the folder that it is to stand in does
   * @throws UnsupportedOperationException if the engine has nothing on disk
   */
  default void backup(Path folder) throws IOException {
    throw new UnsupportedOperationException("this engine has nothing on disk");
  }

  /**
   * The folder in which it keeps its files, or null if it has none or does not tell. Never blocks.
   */
  default @Nullable Path folder() {
    return null;
  }

  /** Whether all entries are on the Java heap, so that no {@link #seek} waits for anything. */
  default boolean isOnHeap() {
    return false;
  }

  /**
   * Bytes that are free where its files are; {@link Long#MAX_VALUE} if that is not known, or there
   * are none. May block for I/O, briefly.
   */
  default long usableBytes() {
    return Long.MAX_VALUE;
  }

  /** Why nothing can be written at present, or null if it can. Never blocks. */
  default @Nullable EngineException failure() {
    return null;
  }

  /** What it holds and has done. May block for I/O, briefly, but never for a write. */
  default Statistics statistics() {
    return Statistics.NONE;
  }
}
