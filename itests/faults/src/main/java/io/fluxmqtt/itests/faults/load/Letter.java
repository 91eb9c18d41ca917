package io.fluxmqtt.itests.faults.load;

import java.nio.charset.StandardCharsets;

/**
 * What a payload says: who sent it, and the how manieth it is. A filler makes payloads of many
 * sizes.
 */
record Letter(int publisher, int number) {
  private static final String FILLER = ".".repeat(4_096);

  /** The payload, at least so many bytes long. */
  byte[] payload(int bytes) {
    String text = publisher + " " + number + " ";
    int filler = Math.max(0, Math.min(FILLER.length(), bytes - text.length()));
    return (text + FILLER.substring(0, filler)).getBytes(StandardCharsets.ISO_8859_1);
  }

  /**
   * Reads a payload.
   *
   * @throws IllegalArgumentException if nobody here wrote it
   */
  static Letter of(byte[] payload) {
    String[] words = new String(payload, StandardCharsets.ISO_8859_1).split(" ", 3);
    if (words.length < 3 || !words[2].chars().allMatch(each -> each == '.')) {
      throw new IllegalArgumentException(
          "a payload that nobody sent, " + payload.length + " bytes");
    }
    return new Letter(Integer.parseInt(words[0]), Integer.parseInt(words[1]));
  }
}
