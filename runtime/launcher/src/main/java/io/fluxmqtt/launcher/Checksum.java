package io.fluxmqtt.launcher;

import java.io.IOException;
import java.io.InputStream;

/** The CRC of POSIX {@code cksum}, so that a shell can check it: not that of {@code zip}. */
final class Checksum {
  private static final int POLYNOMIAL = 0x04C11DB7;
  private static final int[] TABLE = new int[256];

  static {
    for (int i = 0; i < TABLE.length; i++) {
      int crc = i << 24;
      for (int bit = 0; bit < 8; bit++) {
        crc = crc << 1 ^ (crc < 0 ? POLYNOMIAL : 0);
      }
      TABLE[i] = crc;
    }
  }

  private Checksum() {}

  /** Checksum and length, as {@code cksum} prints them for its standard input. */
  static String of(InputStream in) throws IOException {
    byte[] buffer = new byte[65_536];
    int crc = 0;
    long length = 0;
    for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
      for (int i = 0; i < read; i++) {
        crc = next(crc, buffer[i]);
      }
      length += read;
    }
    for (long rest = length; rest > 0; rest >>>= 8) {
      crc = next(crc, (int) rest);
    }
    return (~crc & 0xFFFF_FFFFL) + " " + length;
  }

  private static int next(int crc, int octet) {
    return crc << 8 ^ TABLE[(crc >>> 24 ^ octet) & 0xFF];
  }
}
