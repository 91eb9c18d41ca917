package io.fluxmqtt.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;

/**
 * The bytes that wait for the next flush of one connection, copied into one buffer, which leaves
 * with one write: a system call costs more than copying small packets. Large payloads go as they
 * are, in a buffer that may be shared with other connections.
 *
 * <p>Owned by the connection's loop. No memory is held while nothing is pending.
 */
final class PendingOutput {
  /** A buffer that has grown to this many bytes is written, so that growing never copies much. */
  private static final int MAX_GATHERED_BYTES = 32 * 1024;

  private static final int FIRST_BYTES = 256;

  private final Channel channel;
  private @Nullable ByteBuf gathered;
  private boolean written;

  /**
   * What the last gathered buffer held: the next one most likely holds as much, and need not grow.
   * If it does not, it keeps no more memory than what left before it, and the one after it is
   * small.
   */
  private int lastBytes;

  PendingOutput(Channel channel) {
    this.channel = channel;
  }

  /** The buffer to append to, with room for so many bytes. */
  ByteBuf room(int bytes) {
    ByteBuf buffer = gathered;
    if (buffer != null && buffer.readableBytes() + bytes > MAX_GATHERED_BYTES) {
      writeGathered(buffer);
      buffer = null;
    }
    if (buffer == null) {
      buffer = channel.alloc().ioBuffer(Math.max(bytes, Math.max(FIRST_BYTES, lastBytes)));
      gathered = buffer;
    } else {
      buffer.ensureWritable(bytes);
    }
    return buffer;
  }

  /** Where buffers of this connection come from. */
  ByteBufAllocator allocator() {
    return channel.alloc();
  }

  /** Appends a buffer as it is, and takes it over. */
  void pass(ByteBuf buffer) {
    ByteBuf before = gathered;
    if (before != null) {
      writeGathered(before);
    }
    write(buffer);
  }

  /** How many bytes wait here, those already given to the channel not counted. */
  int bytes() {
    ByteBuf buffer = gathered;
    return buffer == null ? 0 : buffer.readableBytes();
  }

  /** Writes out what is pending. */
  void flush() {
    ByteBuf buffer = gathered;
    if (buffer != null) {
      writeGathered(buffer);
    }
    if (written) {
      written = false;
      channel.flush();
    }
  }

  /** Drops what is pending. */
  void release() {
    ByteBuf buffer = gathered;
    if (buffer != null) {
      gathered = null;
      buffer.release();
    }
  }

  private void writeGathered(ByteBuf buffer) {
    gathered = null;
    lastBytes = Math.min(buffer.readableBytes(), MAX_GATHERED_BYTES);
    write(buffer);
  }

  private void write(ByteBuf buffer) {
    written = true;
    channel.write(buffer, channel.voidPromise()); // a failure reaches exceptionCaught
  }
}
