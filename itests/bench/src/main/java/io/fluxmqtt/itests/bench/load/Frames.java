package io.fluxmqtt.itests.bench.load;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * PUBLISH packets of one size, side by side in one buffer, over and over the topics of a publisher.
 * A batch is a run of them: the number, the time and the packet id are written over, nothing is
 * copied, and the run leaves with one write. One thread; a batch must be written before the next.
 */
final class Frames {
  private static final int BUFFER_BYTES = 64 * 1024;
  private static final int SLOTS_MIN = 16;

  private final ByteBuffer buffer;
  private final int frameBytes;
  private final int slots;
  private final int idAt; // within a frame; below 0 for QoS 0
  private final int tagAt; // within a frame
  private int slot;

  Frames(List<String> topics, int qos, boolean retain, int payloadBytes) {
    if (payloadBytes < Tag.BYTES) {
      throw new IllegalArgumentException("payload of " + payloadBytes + " bytes, below 16");
    }
    frameBytes = Packets.publish(topics.get(0), qos, retain, payloadBytes).length;
    slots = Math.max(topics.size(), Math.max(SLOTS_MIN, BUFFER_BYTES / frameBytes));
    buffer = ByteBuffer.allocateDirect(slots * frameBytes);
    tagAt = frameBytes - payloadBytes;
    idAt = qos == 0 ? -1 : tagAt - 2;
    for (int i = 0; i < slots; i++) {
      byte[] frame = Packets.publish(topics.get(i % topics.size()), qos, retain, payloadBytes);
      if (frame.length != frameBytes) {
        throw new IllegalArgumentException("topics of different lengths: " + topics);
      }
      buffer.put(frame);
    }
    buffer.limit(0);
  }

  /** How many frames the next batch may have. */
  int room() {
    return slots - slot;
  }

  /** Begins a batch of {@code count} frames. */
  void begin(int count) {
    buffer.limit((slot + count) * frameBytes).position(slot * frameBytes);
  }

  /** Completes the next frame of the batch. */
  void next(long tag, long stamp, int packetId) {
    int at = slot * frameBytes;
    buffer.putLong(at + tagAt, tag);
    buffer.putLong(at + tagAt + Tag.STAMP_AT, stamp);
    if (idAt >= 0) {
      buffer.putShort(at + idAt, (short) packetId);
    }
    if (++slot == slots) {
      slot = 0;
    }
  }

  /** What of the batch is not written yet. */
  ByteBuffer batch() {
    return buffer;
  }
}
