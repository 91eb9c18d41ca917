package io.fluxmqtt.itests.bench.load;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Takes messages, acknowledges them as their QoS demands, and counts. Of its loop's thread. */
final class Subscriber implements Receiver {
  private static final int PUBACK = 0x40;
  private static final int PUBREC = 0x50;
  private static final int PUBCOMP = 0x70;

  private final Link link;
  private final Loop loop;
  private final Generator generator;
  private final Seen seen;

  Subscriber(Link link, Loop loop, Generator generator, Seen seen) {
    this.link = link;
    this.loop = loop;
    this.generator = generator;
    this.seen = seen;
  }

  @Override
  public void packet(int first, ByteBuffer bytes, int from, int to) throws IOException {
    switch (first >>> 4) {
      case Packets.PUBLISH -> publish(first >>> 1 & 3, bytes, from, to);
      case Packets.PUBREL -> link.answer(PUBCOMP, bytes.getShort(from) & 0xFFFF);
      case Packets.SUBACK -> {
        if (bytes.get(to - 1) < 0) {
          throw new IOException("the broker refused a subscription");
        }
      }
      default -> throw new IOException("a subscriber got a packet of type " + (first >>> 4));
    }
  }

  private void publish(int qos, ByteBuffer bytes, int from, int to) throws IOException {
    int at = from + 2 + (bytes.getShort(from) & 0xFFFF);
    if (qos > 0) {
      link.answer(qos == 1 ? PUBACK : PUBREC, bytes.getShort(at) & 0xFFFF);
      at += 2;
    }
    long tag = to - at < Tag.BYTES ? 0 : bytes.getLong(at);
    if (!Tag.isOurs(tag)) {
      throw new IOException("a message that nobody here sent");
    }
    int flow = Tag.flow(tag);
    if (!seen.isNew(flow, Tag.number(tag))) {
      generator.wrong();
      return;
    }
    generator.flow(flow).arrive(loop.index);
    long stamp = bytes.getLong(at + Tag.STAMP_AT);
    if (stamp != 0) {
      loop.latency.record(System.nanoTime() - stamp);
    }
  }
}
