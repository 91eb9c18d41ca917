package io.fluxmqtt.store.rocksdb;

import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.CompressionType;
import org.rocksdb.Filter;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.WALRecoveryMode;
import org.rocksdb.WriteBufferManager;

/**
 * The options of all databases of an engine, and the memory that they share: one budget for blocks,
 * indexes, filters and what was written but is not yet in a table.
 *
 * <p>What is written lies in the log and in memory; a table is written when the share of memory for
 * that is full. What was removed by then never reaches a table, so that share is the larger one.
 */
final class Tuning implements AutoCloseable {
  private static final long MB = 1 << 20;
  private static final long SMALLEST = 16 * MB;
  private static final long LARGEST = 128 * MB;
  private static final int BLOCK = 16 << 10;
  private static final int BITS_PER_KEY = 10;
  private static final long COMPACTED = 256 * MB; // less than that is not worth rewriting

  private final long writeBytes;
  private final int merged; // so many tables at once
  private final Cache cache;
  private final WriteBufferManager buffers;
  private final Filter filter = new BloomFilter(BITS_PER_KEY);
  private final Log log = new Log(InfoLogLevel.WARN_LEVEL);

  /** Takes at most so many bytes of memory. */
  Tuning(long budgetBytes) {
    writeBytes = budgetBytes / 8 * 3; // twice, while one is being written out
    merged = (int) Math.max(8, Math.min(32, COMPACTED / writeBytes));
    cache = new LRUCache(budgetBytes);
    buffers = new WriteBufferManager(2 * writeBytes, cache);
  }

  /** A third of the heap that this JVM may have, but 16 MB at least and 128 at most. */
  static long budget(long maxHeapBytes) {
    return Math.max(SMALLEST, Math.min(LARGEST, maxHeapBytes / 3));
  }

  /**
   * Options to open a database with; to be closed.
   *
   * @param tables whether what the log holds is written to tables at once, which has it synced
   */
  Options options(WALRecoveryMode log, boolean paranoid, boolean tables) {
    return apply(new Options(), log, paranoid, tables);
  }

  /** As {@link #options}, beside what is in the options already. */
  Options apply(Options options, WALRecoveryMode log, boolean paranoid, boolean tables) {
    options
        .setCreateIfMissing(true)
        .setParanoidChecks(paranoid)
        .setSkipCheckingSstFileSizesOnDbOpen(!paranoid)
        .setWalRecoveryMode(log)
        .setAvoidFlushDuringRecovery(!tables)
        .setMaxBgErrorResumeCount(0) // nothing is retried behind our back
        .setMaxOpenFiles(-1)
        .setMaxFileOpeningThreads(2)
        .setMaxBackgroundJobs(2)
        .setAllowConcurrentMemtableWrite(false) // one thread writes
        .setEnableWriteThreadAdaptiveYield(false);
    quiet(options);
    memory(options);
    return options;
  }

  /** Nothing on disk but data: it would not fit on a small one. */
  private void quiet(Options options) {
    options
        .setLogger(log)
        .setKeepLogFileNum(1)
        .setAllowFAllocate(false)
        .setManifestPreallocationSize(BLOCK)
        .setMaxManifestFileSize(MB)
        .setStatsDumpPeriodSec(0)
        .setStatsPersistPeriodSec(0);
  }

  private void memory(Options options) {
    options
        .setWriteBufferManager(buffers)
        .setWriteBufferSize(writeBytes)
        .setMaxWriteBufferNumber(2)
        .setCompressionType(CompressionType.LZ4_COMPRESSION)
        .setLevelCompactionDynamicLevelBytes(true)
        .setLevel0FileNumCompactionTrigger(merged)
        .setLevel0SlowdownWritesTrigger(2 * merged)
        .setLevel0StopWritesTrigger(3 * merged)
        .setTargetFileSizeBase(Math.max(8 * MB, writeBytes))
        .setMaxBytesForLevelBase(merged * Math.max(8 * MB, writeBytes))
        .setTableFormatConfig(
            new BlockBasedTableConfig()
                .setBlockCache(cache)
                .setBlockSize(BLOCK)
                .setFilterPolicy(filter)
                .setCacheIndexAndFilterBlocks(true)
                .setPinL0FilterAndIndexBlocksInCache(true));
  }

  @Override
  public void close() {
    filter.close();
    buffers.close();
    cache.close();
    log.close();
  }
}
