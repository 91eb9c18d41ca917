@org.jspecify.annotations.NullMarked
package io.fluxmqtt.store.rocksdb;
