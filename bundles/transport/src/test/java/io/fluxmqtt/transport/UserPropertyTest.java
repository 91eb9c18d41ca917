package io.fluxmqtt.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.message.UserProperty;
import io.fluxmqtt.itests.kit.Normative;
import io.fluxmqtt.session.Packet;
import io.fluxmqtt.session.ProtocolVersion;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** User Properties reach whoever reads them, and cost little where nobody does. */
class UserPropertyTest {
  private static final int ROUNDS = 2_000;

  private final Random random = new Random(1);

  @Test
  void connectReadsTheSameWithThemAsWithout() {
    for (int round = 0; round < ROUNDS; round++) {
      List<Bytes> others = some(of("21 0011"), of("22 0005"), of("27 00010000"), of("11 0000000A"));
      assertEquals(connect(others), connect(mixed(others)));
    }
  }

  @Test
  void willKeepsItsOwn() {
    for (int round = 0; round < ROUNDS; round++) {
      List<Bytes> others = some(of("18 00000005"), of("01 01"), of("03 0001 74"));
      List<Bytes> all = mixed(others);
      EmbeddedClient client = new EmbeddedClient();
      client.feed(
          Bytes.packet(
              0x10,
              Bytes.of()
                  .text("MQTT")
                  .one(5)
                  .one(6)
                  .two(60)
                  .properties(joined(mixed(List.of(of("21 0011")))))
                  .text("c")
                  .properties(joined(all))
                  .text("will")
                  .text("m")));
      Packet.Connect connect = (Packet.Connect) client.onlyPacket();
      assertEquals(0x11, connect.receiveMaximum());
      assertEquals(userPropertiesOf(all), connect.will().properties().userProperties());
      client.channel.finishAndReleaseAll();
    }
  }

  @Test
  void publishKeepsThemInOrder() {
    for (int round = 0; round < ROUNDS; round++) {
      List<Bytes> all = mixed(some(of("23 0003"), of("03 0001 74"), of("01 00")));
      EmbeddedClient client = EmbeddedClient.connected(5);
      client.feed(Bytes.packet(0x30, Bytes.of().text("t").properties(joined(all)).raw((byte) 9)));
      Packet.Publish publish = (Packet.Publish) client.onlyPacket();
      assertEquals(userPropertiesOf(all), publish.properties().userProperties());
      assertEquals(1, publish.payload().length());
      client.channel.finishAndReleaseAll();
    }
  }

  @Test
  @Normative({"MQTT-3.3.2-17", "MQTT-3.3.2-18"})
  void whatWasReadIsSentUnaltered() {
    for (int round = 0; round < ROUNDS / 10; round++) {
      List<Bytes> all = mixed(some(of("03 0001 74"), of("01 00")));
      EmbeddedClient client = EmbeddedClient.connected(5);
      client.feed(Bytes.packet(0x30, Bytes.of().text("t").properties(joined(all)).raw((byte) 9)));
      Packet.Publish read = (Packet.Publish) client.onlyPacket();
      client.connection.established(ProtocolVersion.V5_0, 0xFFFF_FFFFL);
      assertTrue(client.connection.publish(read));
      client.connection.flush();
      EmbeddedClient again = EmbeddedClient.connected(5);
      again.feed(client.written());
      assertEquals(read, again.onlyPacket());
      assertEquals(
          userPropertiesOf(all),
          ((Packet.Publish) again.onlyPacket()).properties().userProperties());
    }
  }

  @Test
  void otherPacketsReadTheSameWithThemAsWithout() {
    List<Bytes> reason = List.of(of("1F 0002 6F6B"));
    List<Bytes> identifier = List.of(of("0B 8001"));
    List<Bytes> expiry = List.of(of("11 00000005"));
    for (int round = 0; round < ROUNDS / 10; round++) {
      for (int first : new int[] {0x40, 0x50, 0x62, 0x70}) {
        same(first, Bytes.of().two(7).one(0), some(reason), Bytes.of());
      }
      same(0x82, Bytes.of().two(7), some(identifier), Bytes.of().text("a/#").one(1));
      same(0xA2, Bytes.of().two(7), List.of(), Bytes.of().text("a/#"));
      same(0xE0, Bytes.of().one(4), some(expiry), Bytes.of());
    }
  }

  @Test
  void damagedPacketsAreReadOrRefused() {
    for (int round = 0; round < 10 * ROUNDS; round++) {
      Bytes block = joined(mixed(some(of("03 0001 74"), of("23 0001"), of("08 0001 72"))));
      byte[] publish = Bytes.packet(0x30, Bytes.of().text("t").properties(block).raw((byte) 9));
      int body = 2; // the length of the whole stays right
      while (publish[body - 1] < 0) {
        body++;
      }
      for (int damage = 1 + random.nextInt(3); damage > 0; damage--) {
        int at = body + random.nextInt(publish.length - body);
        publish[at] = (byte) (random.nextBoolean() ? random.nextInt(256) : publish[at] ^ 1);
      }
      EmbeddedClient client = EmbeddedClient.connected(5);
      client.feed(publish);
      assertEquals(1, client.recorder.received.size());
      if (client.recorder.received.get(0) instanceof Packet.Publish read) {
        read.properties().userProperties().forEach(each -> assertNotNull(each.value()));
      }
      client.channel.finishAndReleaseAll();
    }
  }

  @Test
  void authKeepsThem() {
    List<Bytes> all = mixed(List.of(of("15 0001 4D"), of("16 0001 64")));
    EmbeddedClient client = EmbeddedClient.connected(5);
    client.feed(Bytes.packet(0xF0, Bytes.of().one(0x18).properties(joined(all))));
    assertEquals(userPropertiesOf(all), ((Packet.Auth) client.onlyPacket()).userProperties());
  }

  private void same(int first, Bytes head, List<Bytes> others, Bytes rest) {
    byte[] plain =
        Bytes.packet(
            first, Bytes.of().raw(head.toArray()).properties(joined(others)).raw(rest.toArray()));
    byte[] more =
        Bytes.packet(
            first,
            Bytes.of().raw(head.toArray()).properties(joined(mixed(others))).raw(rest.toArray()));
    EmbeddedClient client = EmbeddedClient.connected(5);
    client.feed(Bytes.of().raw(plain).raw(more).toArray());
    assertEquals(2, client.recorder.received.size());
    assertEquals(client.recorder.received.get(0), client.recorder.received.get(1));
    client.channel.finishAndReleaseAll();
  }

  private static Packet connect(List<Bytes> properties) {
    EmbeddedClient client = new EmbeddedClient();
    client.feed(
        Bytes.packet(
            0x10,
            Bytes.of()
                .text("MQTT")
                .one(5)
                .one(0xC2)
                .two(60)
                .properties(joined(properties))
                .text("client")
                .text("user")
                .text("password")));
    Packet packet = client.onlyPacket();
    client.channel.finishAndReleaseAll();
    return packet;
  }

  private static Bytes of(String hex) {
    return Bytes.of().raw(Bytes.hex(hex));
  }

  private List<Bytes> some(Bytes... all) {
    return some(List.of(all));
  }

  private List<Bytes> some(List<Bytes> all) {
    List<Bytes> some = new ArrayList<>(all);
    some.removeIf(each -> random.nextInt(3) == 0);
    Collections.shuffle(some, random);
    return some;
  }

  /** The properties with User Properties anywhere between them, few or many, empty or long. */
  private List<Bytes> mixed(List<Bytes> others) {
    List<Bytes> all = new ArrayList<>(others);
    int longest = random.nextInt(10) == 0 ? 300 : 4;
    for (int count = random.nextInt(random.nextInt(10) == 0 ? 80 : 5); count > 0; count--) {
      Bytes property =
          Bytes.of()
              .one(0x26)
              .text("kä".repeat(random.nextInt(longest)))
              .text("v" + random.nextInt(longest));
      all.add(random.nextInt(all.size() + 1), property);
    }
    return all;
  }

  private static Bytes joined(List<Bytes> each) {
    Bytes all = Bytes.of();
    each.forEach(bytes -> all.raw(bytes.toArray()));
    return all;
  }

  private static List<UserProperty> userPropertiesOf(List<Bytes> all) {
    List<UserProperty> user = new ArrayList<>();
    for (Bytes property : all) {
      byte[] bytes = property.toArray();
      if (bytes[0] == 0x26) {
        int name = (bytes[1] & 0xFF) << 8 | bytes[2] & 0xFF;
        user.add(
            new UserProperty(
                new String(bytes, 3, name, StandardCharsets.UTF_8),
                new String(bytes, 5 + name, bytes.length - 5 - name, StandardCharsets.UTF_8)));
      }
    }
    return user;
  }
}
