package io.fluxmqtt.store.rocksdb;

import org.rocksdb.InfoLogLevel;
import org.rocksdb.Logger;
import org.slf4j.LoggerFactory;

/** What RocksDB has to say, without a file of its own. */
final class Log extends Logger {
  private static final org.slf4j.Logger LOG = LoggerFactory.getLogger(Log.class);

  Log(InfoLogLevel level) {
    super(level);
  }

  /** Called by threads of RocksDB. What it calls an error is reported by who meets it, in words. */
  @Override
  protected void log(InfoLogLevel level, String message) {
    switch (level) {
      case WARN_LEVEL -> LOG.debug("RocksDB: {}", message);
      case ERROR_LEVEL, FATAL_LEVEL -> LOG.info("RocksDB: {}", message);
      default -> {} // all its options, at each start
    }
  }
}
