package io.fluxmqtt.transport;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A stream of packets as a fuzzer's input says. Its first byte chooses the version of the plain
 * CONNECT that comes first, its second one into what pieces the stream falls (see {@link
 * FuzzedStream}); then come steps of one byte each and what belongs to them. Most packets are
 * PUBLISH and acknowledgements; some steps damage the packet that comes, lengthen its Remaining
 * Length or put bytes of the input between packets.
 */
final class FuzzedPackets {
  /** The first eight are valid everywhere, the others mostly not. */
  private static final byte[][] TOPICS = {
    utf8("a"),
    utf8("a/b/c"),
    utf8("sensors/42/temperature"),
    utf8("sensors/42/temperaturf"),
    utf8(""),
    utf8("/häuser/😀/\u0800\uFFFD"),
    utf8("x".repeat(128)),
    utf8("y/".repeat(80)),
    utf8("sensors/42/temperature".repeat(12)),
    utf8("a/+/c"),
    utf8("sensors/42/#"),
    utf8("a\u0000b"),
    utf8("12345678\u0000b"),
    utf8("tab\there"),
    utf8("del\u007F"),
    utf8("c1\u0085"),
    Bytes.hex("61 c2"),
    Bytes.hex("61 c2 a0 62"),
    Bytes.hex("c0 80"),
    Bytes.hex("61 e0 80 af"),
    Bytes.hex("ed a0 80 ed b0 80"),
    Bytes.hex("ed 9f bf ee 80 80"),
    Bytes.hex("ef bb bf 61 ef bf be"),
    Bytes.hex("f4 90 80 80"),
    Bytes.hex("f0 90 80 80 f4 8f bf bf"),
    Bytes.hex("2f f5 80 80 80"),
    Bytes.hex("31323334353637 e2 82"),
  };

  private static final int[] VALID_FLAGS = {0, 1, 2, 3, 4, 5, 10, 12};
  private static final int PACKETS_MAX = 500;
  private static final int REPEATS = 40;

  private final int level;
  private final int pieces;
  private final byte[] input;
  private final List<byte[]> packets = new ArrayList<>();
  private int at = 2;
  private int damageAt = -1;
  private int damage;
  private boolean padded;

  private FuzzedPackets(byte[] input) {
    this.input = input;
    this.level = 3 + (input.length > 0 ? input[0] & 0xFF : 0) % 3;
    this.pieces = input.length > 1 ? input[1] & 0xFF : 0;
  }

  static FuzzedPackets of(byte[] input) {
    FuzzedPackets fuzzed = new FuzzedPackets(input);
    while (fuzzed.at < input.length && fuzzed.packets.size() < PACKETS_MAX) {
      fuzzed.step(fuzzed.next());
    }
    return fuzzed;
  }

  /** The protocol level of the CONNECT that comes first. */
  int level() {
    return level;
  }

  int count() {
    return packets.size();
  }

  /** CONNECT and all packets from one on. */
  FuzzedStream from(int index) {
    Bytes all = Bytes.of().raw(Bytes.connect(level));
    packets.subList(index, packets.size()).forEach(all::raw);
    return new FuzzedStream(pieces, all.toArray());
  }

  private void step(int step) {
    boolean tame = step < 0xC0; // no fault is wanted
    switch (step & 0x0F) {
      case 0, 1, 2, 3 -> publish(VALID_FLAGS[next() & 7], 1 + next());
      case 4 -> publish(tame ? next() & 0x05 : next(), tame ? 0x1234 : next());
      case 5, 6, 7 -> acknowledgement(Bytes.of().two(1 + next()));
      case 8 -> longAcknowledgement(tame);
      case 9, 10 -> add(0xC0, Bytes.of());
      case 11 -> subscribe();
      case 12 -> packets.add(tame ? Bytes.hex("c0 00") : raw(next() & 0x1F));
      case 13 -> {
        damageAt = tame ? -1 : next();
        damage = next();
      }
      case 14 -> padded = !tame;
      default -> repeat(1 + (step >> 4));
    }
  }

  private void publish(int flags, int packetId) {
    Bytes body = Bytes.of().field(topic());
    if ((flags & 0x06) != 0) {
      body.two(packetId);
    }
    int length = next();
    if (level == 5) {
      body.properties((length & 0x20) == 0 ? Bytes.of() : properties(next()));
    }
    add(0x30 | flags & 0x0F, body.raw(new byte[length < 0xF0 ? length & 0x1F : length << 6]));
  }

  private Bytes properties(int which) {
    return switch (which & 0x07) {
      case 0, 1, 2, 3 -> Bytes.of().one(0x23).two(which >> 3);
      case 4 -> Bytes.of().one(0x02).four(which);
      case 5 -> Bytes.of().one(0x23).two(which >> 3).one(0x26).text("k").text("v");
      case 6 -> Bytes.of().one(0x1F).text("why");
      default -> Bytes.of().raw(raw(which >> 5));
    };
  }

  private void acknowledgement(Bytes body) {
    int kind = next() & 3;
    add(kind == 2 ? 0x62 : 0x40 + 0x10 * kind, body);
  }

  private void longAcknowledgement(boolean tame) {
    Bytes body = Bytes.of().two(1 + next());
    if (level < 5 && tame) {
      acknowledgement(body);
      return;
    }
    body.one(tame ? 0 : next() & 0x92);
    acknowledgement(next() < 0x60 ? body : body.properties(tame ? Bytes.of() : properties(next())));
  }

  private void subscribe() {
    Bytes body = Bytes.of().two(1 + next());
    if (level == 5) {
      body.one(0);
    }
    add(0x82, body.field(topic()).one(next() & 1));
  }

  /** Some of the last packets again and again, as traffic is. */
  private void repeat(int count) {
    List<byte[]> last = packets.subList(Math.max(0, packets.size() - count), packets.size());
    List<byte[]> copy = List.copyOf(last);
    for (int i = 0; i < REPEATS && packets.size() < PACKETS_MAX && !copy.isEmpty(); i++) {
      packets.add(copy.get(i % copy.size()));
    }
  }

  private byte[] topic() {
    int which = next();
    if (which < 0xC0) {
      return TOPICS[which & 7];
    }
    return which < 0xF0 ? TOPICS[which % TOPICS.length] : raw(which & 0x0F);
  }

  private void add(int first, Bytes rest) {
    byte[] packet = Bytes.packet(first, rest);
    if (padded) {
      packet = withPaddedLength(packet);
      padded = false;
    }
    if (damageAt >= 0) {
      packet[damageAt % packet.length] ^= (byte) damage;
      damageAt = -1;
    }
    packets.add(packet);
  }

  private static byte[] withPaddedLength(byte[] packet) {
    int end = 1;
    while (packet[end] < 0) {
      end++;
    }
    byte[] head = Arrays.copyOf(packet, end + 1);
    head[end] |= (byte) 0x80;
    byte[] body = Arrays.copyOfRange(packet, end + 1, packet.length);
    return Bytes.of().raw(head).one(0).raw(body).toArray();
  }

  private byte[] raw(int length) {
    int end = Math.min(input.length, at + length);
    byte[] bytes = Arrays.copyOfRange(input, Math.min(at, end), end);
    at = end;
    return bytes;
  }

  private int next() {
    return at < input.length ? input[at++] & 0xFF : 0;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
