package io.fluxmqtt.api.message;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class EncodedUserPropertiesTest {
  private static final byte[] BYTES =
      HexFormat.of().parseHex("26" + "00016B" + "0002C3BC" + "26" + "0000" + "0000");

  private final EncodedUserProperties encoded = EncodedUserProperties.ofChecked(BYTES, 2);

  @Test
  void isTheListOfItsProperties() {
    List<UserProperty> plain = List.of(new UserProperty("k", "ü"), new UserProperty("", ""));
    assertEquals(plain, encoded);
    assertEquals(encoded, plain);
    assertEquals(plain.hashCode(), encoded.hashCode());
    assertEquals(new UserProperty("", ""), encoded.get(1));
    assertThrows(IndexOutOfBoundsException.class, () -> encoded.get(2));
  }

  @Test
  void keepsItsBytes() {
    ByteBuffer target = ByteBuffer.allocate(encoded.encodedBytes());
    encoded.copyTo(target);
    assertArrayEquals(BYTES, target.array());
  }

  @Test
  void messagePropertiesDoNotCopyIt() {
    assertSame(
        encoded, new MessageProperties(null, null, null, null, null, encoded).userProperties());
  }

  @Test
  void cannotBeChanged() {
    assertThrows(UnsupportedOperationException.class, () -> encoded.remove(0));
    assertThrows(UnsupportedOperationException.class, encoded::clear);
  }
}
