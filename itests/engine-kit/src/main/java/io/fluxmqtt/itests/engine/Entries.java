package io.fluxmqtt.itests.engine;

import io.fluxmqtt.api.spi.store.KvEngine;
import io.fluxmqtt.api.spi.store.KvEngine.Write;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Keys and values as hex, and engines as maps. */
final class Entries {
  /** Above every key that the tests use. */
  static final byte[] END = key("ffffffffffffffffffffffff");

  private Entries() {}

  static Write set(String key, String value) {
    return new Write(key(key), key(value));
  }

  static Write drop(String key) {
    return new Write(key(key), null);
  }

  static byte[] key(String hex) {
    return HexFormat.of().parseHex(hex);
  }

  static String text(byte @Nullable [] bytes) {
    return HexFormat.of().formatHex(present(bytes));
  }

  static byte[] present(byte @Nullable [] value) {
    if (value == null) {
      throw new AssertionError("absent");
    }
    return value;
  }

  /** The entries of a range as {@code key=value}, in the order in which they are visited. */
  static List<String> scan(KvEngine engine, String from, String to) throws IOException {
    return scan(engine, key(from), key(to));
  }

  static List<String> scan(KvEngine engine, byte[] from, byte[] to) throws IOException {
    List<String> seen = new ArrayList<>();
    engine.scan(
        from,
        to,
        (key, value) -> {
          seen.add(text(key) + "=" + text(value));
          return true;
        });
    return seen;
  }

  /** Every entry below {@link #END}. */
  static List<String> all(KvEngine engine) throws IOException {
    return scan(engine, new byte[0], END);
  }

  /** An ordered map as an engine should be one. */
  static TreeMap<byte[], byte[]> model() {
    return new TreeMap<>(Arrays::compareUnsigned);
  }

  /** The entries of a map as {@link #scan(KvEngine, byte[], byte[])} tells an engine's. */
  static List<String> all(TreeMap<byte[], byte[]> model) {
    List<String> entries = new ArrayList<>();
    model.forEach((key, value) -> entries.add(text(key) + "=" + text(value)));
    return entries;
  }
}
