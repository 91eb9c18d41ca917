package io.fluxmqtt.api.spi.store;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * An ordered map from bytes to bytes that the store keeps its data in. Keys are ordered as unsigned
 * bytes, a prefix before what it begins. Registered as a service with the property {@link #NAME}.
 *
 * <p>The store calls {@link #write} from one thread only; reads may come from any thread. Arrays
 * that are passed in or handed out are not modified afterwards by either side.
 */
@ConsumerType
public interface KvEngine {
  /** Service property: the name by which the store's configuration picks it. String, required. */
  String NAME = "mqtt.engine.name";

  /** Service property: whether writes outlive the process. Boolean, required. */
  String DURABLE = "mqtt.engine.durable";

  /** One change: sets {@code key} to {@code value}, or removes it if {@code value} is null. */
  record Write(byte[] key, byte @Nullable [] value) {}

  /** Takes one entry; returns whether to go on. */
  @FunctionalInterface
  interface Visitor {
    /** Called in key order. */
    boolean visit(byte[] key, byte[] value);
  }

  /** The value of a key, or null. Blocks for I/O. */
  byte @Nullable [] get(byte[] key) throws IOException;

  /**
   * Makes all changes or none, in their order; when it returns with {@code sync}, they outlive a
   * power cut (as far as the engine is durable). Blocks for I/O.
   */
  void write(List<Write> changes, boolean sync) throws IOException;

  /** Visits all entries from {@code from} (inclusive) to {@code to} (exclusive) in key order. */
  void scan(byte[] from, byte[] to, Visitor visitor) throws IOException;
}
