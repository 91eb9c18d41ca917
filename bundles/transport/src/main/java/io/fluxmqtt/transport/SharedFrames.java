package io.fluxmqtt.transport;

import io.fluxmqtt.session.Packet;
import io.fluxmqtt.session.SharedPublish;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Encodes what several clients get alike once for all of them: the bytes are kept with the form
 * until this loop flushes, when the fan-out is over. So however long a message waits for somebody,
 * its bytes do not. Owned by the loop.
 */
final class SharedFrames {
  /** Beyond, to copy the payload takes so long that to encode the rest does not count. */
  private static final int MAX_FRAME_BYTES = 2048;

  /** More than most batches have; what one loop keeps is bounded to 2 MB by both. */
  private static final int MAX_FRAMES = 1024;

  private final PublishWriter writer = new PublishWriter();
  private final SharedPayloads payloads = new SharedPayloads();
  private final List<SharedPublish> kept = new ArrayList<>();

  /** The large payloads of this loop's batch. */
  SharedPayloads payloads() {
    return payloads;
  }

  /** What writes a PUBLISH on this loop. */
  PublishWriter writer() {
    return writer;
  }

  /** A form in the bytes of a version, or null where that is not worth keeping or impossible. */
  @Nullable EncodedPublish encoded(SharedPublish form, boolean version5) {
    EncodedPublish known = (EncodedPublish) form.encoded();
    EncodedPublish wanted = known == null ? null : known.in(version5);
    return wanted == null ? encode(form, version5, known) : wanted;
  }

  private @Nullable EncodedPublish encode(
      SharedPublish form, boolean version5, @Nullable EncodedPublish known) {
    Packet.Publish packet = form.packet();
    long length = writer.measure(packet, version5);
    if (length > MAX_FRAME_BYTES || kept.size() == MAX_FRAMES) {
      return null;
    }
    byte[] bytes = new byte[(int) length];
    writer.write(Unpooled.wrappedBuffer(bytes).writerIndex(0), packet, 0);
    EncodedPublish encoded = new EncodedPublish(version5, bytes, writer.packetIdAt(), known);
    form.encoded(encoded);
    kept.add(form);
    return encoded;
  }

  /** The fan-out is over. */
  void forget() {
    payloads.forget();
    if (!kept.isEmpty()) {
      for (int i = 0; i < kept.size(); i++) {
        kept.get(i).encoded(null);
      }
      kept.clear();
    }
  }
}
