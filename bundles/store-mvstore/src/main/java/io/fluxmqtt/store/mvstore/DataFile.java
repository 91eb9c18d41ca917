package io.fluxmqtt.store.mvstore;

import io.fluxmqtt.api.spi.store.KvEngine;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import org.h2.mvstore.Cursor;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
import org.h2.mvstore.Page;
import org.h2.mvstore.RootReference;
import org.jspecify.annotations.Nullable;

/**
 * One open file with all entries. Every commit is a chunk of the file, written and then synced
 * before the next; nothing is written in between, and MVStore's own background thread never runs.
 * So after any end at most the last chunk is incomplete, and the one before it is whole: what it
 * needs is not overwritten while it is one of the last {@link #VERSIONS_KEPT}.
 *
 * <p>Changes are made by one thread at a time; readers see the entries as of the last {@link
 * #publish}, however many changes have been made since. Its failures are MVStore's, unchecked.
 */
final class DataFile {
  /** The format of what this bundle writes; MVStore's own format has a number in its header. */
  static final int FORMAT = 1;

  private static final String ENTRIES = "entries";
  private static final String TURN = "turn";
  private static final int CACHE_MEGABYTES = 4;
  private static final int PAGE_BYTES = 4096;
  private static final int VERSIONS_KEPT = 2;

  private final EngineFile file;
  private final MVStore store;
  private final MVMap<byte[], Entry> entries;
  private volatile RootReference<byte[], Entry> view;

  private DataFile(EngineFile file, MVStore store, boolean lenient) {
    this.file = file;
    this.store = store;
    MVMap.Builder<byte[], Entry> builder = new MVMap.Builder<>();
    entries =
        store.openMap(
            ENTRIES, builder.keyType(new KeyType(lenient)).valueType(new EntryType(lenient)));
    view = entries.getRoot();
  }

  /** Opens a file to be written. The store of a new one has version 0 until it is committed. */
  static DataFile writable(Path path, Disk disk) {
    Map<String, Object> config = config();
    DataFile data = open(EngineFile.writable(path, config, disk), config, false);
    data.store.setRetentionTime(-1); // by versions, not by the clock
    data.store.setVersionsToKeep(VERSIONS_KEPT);
    return data;
  }

  /**
   * Opens a file that may be damaged, to be read.
   *
   * @param age how many commits to go back from the newest, of those whose own chunk can be found
   */
  static DataFile readable(Path path, int age) {
    Map<String, Object> config = config();
    config.put("readOnly", true);
    return open(EngineFile.readable(path, config, age), config, true);
  }

  private static DataFile open(EngineFile file, Map<String, Object> config, boolean lenient) {
    config.put("fileStore", file);
    config.put("fileStoreIsAdopted", true);
    try {
      MVStore.Builder builder = new MVStore.Builder().adoptFileStore(file);
      builder.autoCommitDisabled().autoCommitBufferSize(0).cacheSize(CACHE_MEGABYTES);
      builder.pageSplitSize(PAGE_BYTES);
      if (file.isReadOnly()) {
        builder.readOnly();
      }
      MVStore store = builder.open();
      if (lenient && !store.hasMap(ENTRIES)) {
        throw KeyType.corrupt("a commit that does not name the entries");
      }
      return new DataFile(file, store, lenient);
    } catch (RuntimeException | Error e) {
      closeQuietly(file, e);
      throw e;
    }
  }

  /** What the file itself takes from MVStore's configuration. */
  private static Map<String, Object> config() {
    Map<String, Object> config = new HashMap<>();
    config.put("cacheSize", CACHE_MEGABYTES);
    config.put("pageSplitSize", PAGE_BYTES);
    return config;
  }

  private static void closeQuietly(EngineFile file, Throwable reason) {
    try {
      file.close();
    } catch (RuntimeException e) {
      reason.addSuppressed(e);
    }
  }

  boolean isReadOnly() {
    return file.isReadOnly();
  }

  /** The format of a later version of this bundle, or one that it knows. */
  int format() {
    return store.getStoreVersion();
  }

  /** Notes the format in a new file. */
  void noteFormat() {
    store.setStoreVersion(FORMAT);
  }

  /** The version that the last commit made. */
  long version() {
    return file.lastVersion();
  }

  /** The version that is on disk. */
  long syncedVersion() {
    return file.syncedVersion();
  }

  /** The highest version of which the file, just opened, shows that it was synced. */
  long provenVersion() {
    return file.provenVersion();
  }

  boolean wasClosed() {
    return file.wasClosed();
  }

  long size() {
    return file.size();
  }

  /** The places in the file without which the last commit was never made. */
  List<Long> endsOfLastCommit() {
    return file.endsOfLast();
  }

  byte @Nullable [] get(byte[] key) {
    MVStore.TxCounter usage = store.registerVersionUsage();
    try {
      Entry entry = entries.get(view.root, key);
      return entry == null ? null : verified(key, entry);
    } finally {
      store.deregisterVersionUsage(usage);
    }
  }

  /** A walk over the entries as they are published now; to be closed. */
  Walk walk(byte[] from) {
    return new Walk(from);
  }

  private static byte[] verified(byte[] key, Entry entry) {
    if (!entry.isOf(key)) {
      throw KeyType.corrupt("an entry is damaged");
    }
    return entry.value();
  }

  void apply(List<KvEngine.Write> changes) {
    for (KvEngine.Write change : changes) {
      byte[] value = change.value();
      if (value == null) {
        entries.remove(change.key());
      } else {
        entries.put(change.key(), Entry.of(change.key(), value));
      }
    }
  }

  void put(byte[] key, Entry entry) {
    entries.put(key, entry);
  }

  /** Lets readers see all changes. */
  void publish() {
    view = entries.getRoot();
  }

  /** Writes all changes as one chunk and syncs it. */
  void commit() {
    store.commit();
    file.sync();
  }

  /**
   * Makes room of what is no longer needed: moves what is left of chunks that are mostly dead, then
   * moves chunks to the front. Synced when it returns.
   *
   * @return whether there is more to do
   */
  boolean tidy(int fillPercent, int bytes) {
    boolean rewritten = store.compact(fillPercent, bytes);
    file.sync(); // it may have committed
    if (file.getFillRate() < fillPercent) {
      for (int turn = 0;
          turn <= VERSIONS_KEPT;
          turn++) { // dead chunks are let go after some commits
        touch();
        commit();
      }
      file.compactMoveChunks(fillPercent, bytes, store);
    }
    commit();
    publish();
    return rewritten || file.getFillRate() < fillPercent;
  }

  /** How many percent of the file, and of its chunks, are needed: the smaller of the two. */
  int fillPercent() {
    return Math.min(file.getFillRate(), file.getChunksFillRate());
  }

  /** Reads all that the last commit wrote; fails if it is damaged. */
  void verifyLastCommit() {
    int last = file.lastChunkId();
    verify(entries.getRootPage(), chunk -> chunk == last);
  }

  /** Reads all; fails if any of it is damaged. */
  void verify() {
    verify(entries.getRootPage(), chunk -> true);
  }

  /** Changes something, so that a commit has something to write. */
  void touch() {
    MVMap<String, Integer> turns = store.openMap(TURN);
    turns.merge(TURN, 1, Integer::sum);
  }

  private static void verify(Page<byte[], Entry> page, IntPredicate chunks) {
    if (page.isLeaf()) {
      for (int i = 0; i < page.getKeyCount(); i++) {
        verified(page.getKey(i), page.getValue(i));
      }
      return;
    }
    for (int i = 0; i <= page.getKeyCount(); i++) {
      if (chunks.test(DataUtils.getPageChunkId(page.getChildPagePos(i)))) {
        verify(page.getChildPage(i), chunks);
      }
    }
  }

  Page<byte[], Entry> root() {
    return entries.getRootPage();
  }

  /** Writes what is left to write and closes. */
  void close() {
    store.close();
  }

  /** Closes without writing. */
  void abandon() {
    store.closeImmediately();
  }

  /** Entries in order, from one state of the file. */
  final class Walk implements AutoCloseable {
    private final MVStore.TxCounter usage = store.registerVersionUsage();
    private final Cursor<byte[], Entry> cursor;

    private Walk(byte[] from) {
      try {
        cursor = new Cursor<>(view, from, null);
      } catch (MVStoreException e) {
        close();
        throw e;
      }
    }

    /** The next key, or null. */
    byte @Nullable [] next() {
      return cursor.hasNext() ? cursor.next() : null;
    }

    /** The value of the last key. */
    byte[] value() {
      return verified(cursor.getKey(), cursor.getValue());
    }

    @Override
    public void close() {
      store.deregisterVersionUsage(usage);
    }
  }
}
