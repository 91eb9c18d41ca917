package io.fluxmqtt.transport;

import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.session.Packet;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What some clients do, as a fuzzer's input says: steps of one byte each and what belongs to them.
 * The low half of that byte is the kind of step, the high half the client. Packets are well-formed,
 * unless a step before has damaged them; other bytes are sent as they stand in the input.
 */
final class FuzzedConversation {
  private static final int CLIENTS = 3;
  private static final int STEPS_MAX = 100;
  private static final String[] TEXTS = {
    "a",
    "a/b",
    "a/b/c",
    "a/#",
    "+/b",
    "#",
    "$share/g/a/#",
    "$share/h/+/b",
    "$share/g/a/#",
    "$SYS/x",
    "denied",
    "",
    "/",
    "a//b",
    "+/+",
    "$share/g",
    "$share//a",
    "a#",
    "will/a",
    "\u0000",
    "häl/😀"
  };
  private static final String[] CLIENT_IDS = {"one", "two", "", "häl😀"};
  private static final String[] USERS = {"", "slow", "bad", "user"};

  /** A connection and what its client knows of it. */
  private static final class Slot {
    final ByHandClient client;
    int level;
    int damageAt = -1;
    int damage;

    Slot(ByHandClient client) {
      this.client = client;
    }

    boolean isVersion5() {
      return level == 5;
    }
  }

  private final ByHandBroker broker;
  private final byte[] input;
  private final @Nullable Slot[] slots = new Slot[CLIENTS];
  private int at;

  FuzzedConversation(ByHandBroker broker, byte[] input) {
    this.broker = broker;
    this.input = input;
  }

  /** Does all steps, then closes all connections. */
  void run() {
    for (int i = 0; i < STEPS_MAX && at < input.length; i++) {
      int step = next();
      step(step & 0x0F, (step >> 4) % CLIENTS);
    }
    for (int i = 0; i < CLIENTS; i++) {
      leave(i);
    }
  }

  private void step(int kind, int index) {
    if (kind == 0 || kind == 1) {
      leave(index);
      Slot fresh = new Slot(new ByHandClient(broker));
      slots[index] = fresh;
      if (kind == 0) {
        connect(fresh);
      }
      return;
    }
    if (kind == 2) {
      broker.pass(next() & 0x1F);
      return;
    }
    Slot slot = slots[index];
    if (slot == null) {
      return;
    }
    switch (kind) {
      case 3 -> slot.client.send(raw(next()));
      case 4 -> subscribe(slot);
      case 5, 6 -> publish(slot);
      case 7 -> acknowledge(slot);
      case 8 -> unsubscribe(slot);
      case 9 -> send(slot, 0xC0, Bytes.of());
      case 10 -> disconnect(slot);
      case 11 -> slot.client.cut();
      case 12 -> slot.client.setReading(next() % 2 == 0);
      case 13 -> {
        slot.damageAt = next();
        slot.damage = next();
      }
      case 14 -> answer(slot);
      default -> auth(slot);
    }
  }

  private void leave(int index) {
    Slot slot = slots[index];
    if (slot != null) {
      slot.client.cut();
      slot.client.requireGone();
      slots[index] = null;
    }
  }

  private void connect(Slot slot) {
    int bits = next();
    slot.level = 3 + bits % 3;
    boolean hasWill = (bits & 0x10) != 0;
    String user = USERS[(bits >> 6) & 3];
    int flags = (bits & 0x08) == 0 ? 0x02 : 0; // Clean Start
    flags |= hasWill ? 0x04 | (bits & 0x20) | (bits % 3 << 3) : 0; // Will, its RETAIN and QoS
    flags |= user.isEmpty() ? 0 : 0x80;
    Bytes body =
        Bytes.of()
            .text(slot.level == 3 ? "MQIsdp" : "MQTT")
            .one(slot.level)
            .one(flags)
            .two(next() & 0x3F);
    if (slot.isVersion5()) {
      body.properties(
          Bytes.of()
              .one(0x11)
              .four(next() & 0x3F)
              .one(0x21)
              .two(1 + (next() & 7))
              .one(0x27)
              .four(1 + (next() << 2))
              .one(0x22)
              .two(next() & 7)
              .one(0x17)
              .one(next() & 1));
    }
    body.text(CLIENT_IDS[next() & 3]);
    if (hasWill) {
      if (slot.isVersion5()) {
        body.properties(Bytes.of().one(0x18).four(next() & 0x1F));
      }
      body.text(text()).text("gone");
    }
    if (!user.isEmpty()) {
      body.text(user);
    }
    send(slot, 0x10, body);
  }

  private void subscribe(Slot slot) {
    Bytes body = Bytes.of().two(next());
    if (slot.isVersion5()) {
      int identifier = next();
      body.properties(identifier == 0 ? Bytes.of() : Bytes.of().one(0x0B).variable(identifier));
    }
    for (int filters = 1 + (next() & 3); filters > 0; filters--) {
      int options = slot.isVersion5() ? next() & 0x3F : next() & 3;
      body.text(text()).one(options);
    }
    send(slot, 0x82, body);
  }

  private void unsubscribe(Slot slot) {
    Bytes body = Bytes.of().two(next());
    if (slot.isVersion5()) {
      body.one(0);
    }
    send(slot, 0xA2, body.text(text()));
  }

  private void publish(Slot slot) {
    int flags = next() & 0x0F;
    Bytes body = Bytes.of().text(text());
    if ((flags & 0x06) != 0) {
      body.two(next());
    }
    if (slot.isVersion5()) {
      int alias = next();
      Bytes properties = alias > 8 ? Bytes.of() : Bytes.of().one(0x23).two(alias);
      int expiry = next();
      body.properties(expiry > 8 ? properties : properties.one(0x02).four(expiry));
    }
    send(slot, 0x30 | flags, body.raw(new byte[next() << 3]));
  }

  private void acknowledge(Slot slot) {
    int kind = next();
    int first = 0x40 + 0x10 * (kind & 3);
    Bytes body = Bytes.of().two(next());
    send(slot, first == 0x60 ? 0x62 : first, kind < 0x80 ? body : body.one(next()));
  }

  /** Acknowledges all that has come, as the protocol wants it. */
  private void answer(Slot slot) {
    for (Packet packet : slot.client.received()) {
      if (packet instanceof Packet.Publish publish && publish.qos() != QoS.AT_MOST_ONCE) {
        int first = publish.qos() == QoS.AT_LEAST_ONCE ? 0x40 : 0x50;
        send(slot, first, Bytes.of().two(publish.packetId()));
      } else if (packet instanceof Packet.PubRec rec && !rec.reason().isError()) {
        send(slot, 0x62, Bytes.of().two(rec.packetId()));
      } else if (packet instanceof Packet.PubRel rel) {
        send(slot, 0x70, Bytes.of().two(rel.packetId()));
      }
    }
  }

  private void disconnect(Slot slot) {
    int reason = next();
    Bytes body = Bytes.of();
    if (slot.isVersion5() && reason > 0) {
      body.one(reason).properties(Bytes.of().one(0x11).four(next() & 0x3F));
    }
    send(slot, 0xE0, body);
  }

  private void auth(Slot slot) {
    Bytes properties = Bytes.of().one(0x15).text("PLAIN").one(0x16).text(text());
    send(slot, 0xF0, Bytes.of().one(next()).properties(properties));
  }

  private void send(Slot slot, int first, Bytes body) {
    byte[] packet = Bytes.packet(first, body);
    if (slot.damageAt >= 0 && slot.damage != 0) {
      packet[slot.damageAt % packet.length] ^= (byte) slot.damage;
    }
    slot.damageAt = -1;
    slot.client.send(packet);
  }

  /** One of the texts above, or bytes of the input, whether they are text or not. */
  private byte[] textBytes() {
    int which = next();
    return which < 0x80
        ? TEXTS[which % TEXTS.length].getBytes(StandardCharsets.UTF_8)
        : raw(which & 0x1F);
  }

  private String text() {
    return new String(textBytes(), StandardCharsets.UTF_8);
  }

  private byte[] raw(int length) {
    int end = Math.min(input.length, at + length);
    byte[] bytes = java.util.Arrays.copyOfRange(input, Math.min(at, end), end);
    at = end;
    return bytes;
  }

  private int next() {
    return at < input.length ? input[at++] & 0xFF : 0;
  }

  /** The packets of one kind among others. */
  static <P extends Packet> List<P> only(Class<P> type, List<Packet> packets) {
    return packets.stream().filter(type::isInstance).map(type::cast).toList();
  }
}
