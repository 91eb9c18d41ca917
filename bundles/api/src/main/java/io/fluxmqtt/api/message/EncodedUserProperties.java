package io.fluxmqtt.api.message;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.AbstractList;
import java.util.RandomAccess;
import org.jspecify.annotations.Nullable;

/**
 * User Properties as MQTT encodes them (5.0, section 2.2.2.2), made into values only when somebody
 * asks for one: most pass through a broker unread, and a message may carry thousands.
 *
 * <p>An immutable list, equal to any other of the same properties. Any thread.
 */
public final class EncodedUserProperties extends AbstractList<UserProperty>
    implements RandomAccess {
  private final byte[] bytes;
  private final int count;
  private int @Nullable [] starts; // where each begins; computed by whoever needs it first

  private EncodedUserProperties(byte[] bytes, int count) {
    this.bytes = bytes;
    this.count = count;
  }

  /**
   * Takes properties that were checked to be well-formed.
   *
   * @param bytes all of them, each with its identifier and the lengths of name and value; not
   *     copied, so they must not change any more
   * @param count how many there are
   */
  public static EncodedUserProperties ofChecked(byte[] bytes, int count) {
    return new EncodedUserProperties(bytes, count);
  }

  /** The bytes of all, with identifiers and lengths. */
  public int encodedBytes() {
    return bytes.length;
  }

  /** Puts {@link #encodedBytes} bytes into a buffer with room for them. */
  public void copyTo(ByteBuffer target) {
    target.put(bytes);
  }

  @Override
  public int size() {
    return count;
  }

  @Override
  public UserProperty get(int index) {
    int name = starts()[index] + 1;
    int value = end(name);
    return new UserProperty(text(name), text(value));
  }

  private int[] starts() {
    int[] known = starts;
    if (known == null) {
      known = new int[count];
      int at = 0;
      for (int i = 0; i < count; i++) {
        known[i] = at;
        at = end(end(at + 1));
      }
      starts = known; // whoever races with this computes the same
    }
    return known;
  }

  private String text(int at) {
    return new String(bytes, at + 2, length(at), StandardCharsets.UTF_8);
  }

  private int end(int at) {
    return at + 2 + length(at);
  }

  private int length(int at) {
    return (bytes[at] & 0xFF) << 8 | bytes[at + 1] & 0xFF;
  }
}
