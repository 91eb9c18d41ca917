package io.fluxmqtt.api.message;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * An immutable sequence of bytes: the payload of an Application Message, correlation data, a
 * password. One instance is shared by every receiver; it holds no reference count.
 */
public final class Payload {
  /** No bytes. */
  public static final Payload EMPTY = new Payload(new byte[0]);

  private final byte[] bytes;

  private Payload(byte[] bytes) {
    this.bytes = bytes;
  }

  /** A payload with a copy of the bytes. */
  public static Payload copyOf(byte[] bytes) {
    return bytes.length == 0 ? EMPTY : new Payload(bytes.clone());
  }

  /** A payload with a copy of the buffer's remaining bytes; the buffer is consumed. */
  public static Payload copyOf(ByteBuffer buffer) {
    if (!buffer.hasRemaining()) {
      return EMPTY;
    }
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return new Payload(bytes);
  }

  /** A payload with the UTF-8 form of a text. */
  public static Payload ofUtf8(String text) {
    return text.isEmpty() ? EMPTY : new Payload(text.getBytes(StandardCharsets.UTF_8));
  }

  /** The length in bytes. */
  public int length() {
    return bytes.length;
  }

  /**
   * Appends all bytes to a buffer.
   *
   * @throws java.nio.BufferOverflowException if fewer than {@link #length()} bytes are free
   */
  public void copyTo(ByteBuffer target) {
    target.put(bytes);
  }

  /** A read-only view without a copy. */
  public ByteBuffer asReadOnlyBuffer() {
    return ByteBuffer.wrap(bytes).asReadOnlyBuffer();
  }

  /** A fresh copy of the bytes. */
  public byte[] toByteArray() {
    return bytes.clone();
  }

  /** The bytes read as UTF-8; malformed input becomes U+FFFD. */
  public String toUtf8() {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Payload p && Arrays.equals(bytes, p.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /** The length only: payloads never reach a log. */
  @Override
  public String toString() {
    return "Payload[" + bytes.length + " bytes]";
  }
}
