package io.fluxmqtt.transport;

import io.netty.buffer.ByteBuf;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The Topic Names that came last on one event loop, each as text and as it stands on the wire, so
 * that one that comes again is neither checked nor decoded, and is the same String, whose hash is
 * known. Whichever connection it comes by: a connection keeps only a reference to its last one.
 *
 * <p>A name has one slot, by its hash; another that falls there takes its place. So what is kept is
 * bounded by {@value #SLOTS} names of {@value #KEPT_BYTES} bytes, and no choice of names makes a
 * look-up slow. Owned by the loop.
 */
final class RecentTopics {
  /** A Topic Name that is valid: text without control characters and wildcards. */
  static final class Topic {
    private final byte[] utf8;
    private final String text;

    private Topic(byte[] utf8, String text) {
      this.utf8 = utf8;
      this.text = text;
    }

    String text() {
      return text;
    }

    /** Whether it stands there. */
    boolean isAt(ByteBuf in, int at, int length) {
      byte[] own = utf8;
      if (own.length != length) {
        return false;
      }
      int i = 0;
      for (; i <= length - Long.BYTES; i += Long.BYTES) {
        if ((long) LONGS.get(own, i) != in.getLong(at + i)) {
          return false;
        }
      }
      for (; i < length; i++) {
        if (own[i] != in.getByte(at + i)) {
          return false;
        }
      }
      return true;
    }
  }

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
  private static final Topic EMPTY = new Topic(new byte[0], "");

  /** A power of two. */
  private static final int SLOTS = 1024;

  private static final int KEPT_BYTES = 128;
  private static final long MIX = 0x9E37_79B9_7F4A_7C15L;

  private final @Nullable Topic[] slots = new Topic[SLOTS];
  private final byte[] scratch = new byte[KEPT_BYTES];

  /** The Topic Name that stands there; null if it is not valid. */
  @Nullable Topic read(ByteBuf in, int at, int length) {
    if (length == 0) {
      return EMPTY;
    }
    if (length > KEPT_BYTES) {
      byte[] utf8 = new byte[length];
      in.getBytes(at, utf8);
      return topic(utf8);
    }
    in.getBytes(at, scratch, 0, length);
    int slot = slot(scratch, length);
    Topic known = slots[slot];
    if (known != null && Arrays.equals(known.utf8, 0, known.utf8.length, scratch, 0, length)) {
      return known;
    }
    Topic fresh = topic(Arrays.copyOf(scratch, length));
    if (fresh != null) {
      slots[slot] = fresh;
    }
    return fresh;
  }

  /** Whether a connection may hold on to a Topic Name while it is idle. */
  static boolean isSmall(Topic topic) {
    return topic.utf8.length <= KEPT_BYTES;
  }

  private static @Nullable Topic topic(byte[] utf8) {
    return Names.isTopicName(utf8)
        ? new Topic(utf8, new String(utf8, StandardCharsets.UTF_8))
        : null;
  }

  private static int slot(byte[] utf8, int length) {
    long hash = length;
    int i = 0;
    for (; i <= length - Long.BYTES; i += Long.BYTES) {
      hash = (hash ^ (long) LONGS.get(utf8, i)) * MIX;
      hash ^= hash >>> 32;
    }
    for (; i < length; i++) {
      hash = (hash ^ utf8[i]) * MIX;
    }
    return (int) (hash >>> 32) & (SLOTS - 1);
  }
}
