package io.fluxmqtt.auth.scram;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** The lines of a file in UTF-8, empty ones and those that begin with {@code #} left out. */
final class Lines {
  private Lines() {}

  /**
   * Has each line read.
   *
   * @param reader throws IllegalArgumentException if it cannot be used
   * @throws BadLineException if so
   */
  static void read(byte[] file, Consumer<String> reader) throws BadLineException {
    int number = 0;
    for (int from = startsWithMark(file) ? 3 : 0; from < file.length; ) {
      int end = from;
      while (end < file.length && file[end] != '\n') {
        end++;
      }
      number++;
      try {
        String line = decode(file, from, end - from).stripTrailing();
        if (!line.isEmpty() && !line.startsWith("#")) {
          reader.accept(line);
        }
      } catch (IllegalArgumentException e) {
        throw new BadLineException(number, String.valueOf(e.getMessage()));
      }
      from = end + 1;
    }
  }

  /** Whether an editor has put a byte order mark in front, which is no part of the first name. */
  private static boolean startsWithMark(byte[] file) {
    return file.length >= 3
        && file[0] == (byte) 0xEF
        && file[1] == (byte) 0xBB
        && file[2] == (byte) 0xBF;
  }

  private static String decode(byte[] file, int from, int length) {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(file, from, length))
          .toString();
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("this is not UTF-8");
    }
  }
}
