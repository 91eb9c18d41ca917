/** The engine on RocksDB: durable, fast and gentle to flash, where its native library runs. */
@org.jspecify.annotations.NullMarked
package io.fluxmqtt.store.rocksdb;
