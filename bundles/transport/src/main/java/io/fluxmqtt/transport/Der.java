package io.fluxmqtt.transport;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/**
 * As much of DER (X.690) as it takes to wrap keys of older forms as PKCS#8 (RFC 5208), which is
 * what Java reads.
 */
final class Der {
  private static final int INTEGER = 0x02;
  private static final int OCTETS = 0x04;
  private static final int OID = 0x06;
  private static final int SEQUENCE = 0x30;
  private static final int EC_PARAMETERS = 0xA0; // [0], RFC 5915

  private static final byte[] VERSION_0 = {INTEGER, 1, 0};
  private static final byte[] RSA = {
    SEQUENCE, 13, OID, 9, 0x2A, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xF7, 0x0D, 1, 1, 1, 5, 0
  };
  private static final byte[] EC_PUBLIC_KEY = {
    OID, 7, 0x2A, (byte) 0x86, 0x48, (byte) 0xCE, 0x3D, 2, 1
  };

  private Der() {}

  /** An RSAPrivateKey of PKCS#1 (RFC 8017). */
  static byte[] rsaToPkcs8(byte[] key) {
    return value(SEQUENCE, VERSION_0, RSA, value(OCTETS, key));
  }

  /**
   * An ECPrivateKey of RFC 5915.
   *
   * @throws IllegalArgumentException if it does not name its curve
   * @throws IndexOutOfBoundsException if it is damaged
   */
  static byte[] ecToPkcs8(byte[] key) {
    int at = start(key, 0); // into the sequence
    while (at < key.length) {
      int begin = start(key, at);
      int end = begin + length(key, at);
      if ((key[at] & 0xFF) == EC_PARAMETERS) {
        byte[] curve = Arrays.copyOfRange(key, begin, end);
        return value(
            SEQUENCE, VERSION_0, value(SEQUENCE, EC_PUBLIC_KEY, curve), value(OCTETS, key));
      }
      at = end;
    }
    throw new IllegalArgumentException("no curve is named");
  }

  /** The length of the value at an index. */
  private static int length(byte[] der, int at) {
    int first = der[at + 1] & 0xFF;
    if (first < 0x80) {
      return first;
    }
    int length = 0;
    for (int i = 0; i < (first & 0x7F); i++) {
      length = length << 8 | der[at + 2 + i] & 0xFF;
    }
    if (length < 0 || length > der.length) {
      throw new IndexOutOfBoundsException(length);
    }
    return length;
  }

  /** Where the contents of the value at an index begin. */
  private static int start(byte[] der, int at) {
    int first = der[at + 1] & 0xFF;
    return at + 2 + (first < 0x80 ? 0 : first & 0x7F);
  }

  /** A value of these contents. */
  static byte[] value(int tag, byte[]... parts) {
    ByteArrayOutputStream contents = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      contents.writeBytes(part);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(tag);
    int length = contents.size();
    if (length < 0x80) {
      out.write(length);
    } else {
      int bytes = (39 - Integer.numberOfLeadingZeros(length)) / 8;
      out.write(0x80 | bytes);
      for (int i = bytes - 1; i >= 0; i--) {
        out.write(length >> 8 * i);
      }
    }
    out.writeBytes(contents.toByteArray());
    return out.toByteArray();
  }
}
