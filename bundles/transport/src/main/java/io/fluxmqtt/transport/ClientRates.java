package io.fluxmqtt.transport;

/**
 * How fast each client of a listener may send; 0 for no limit.
 *
 * @param messagesPerSecond PUBLISH packets
 * @param bytesPerSecond bytes on the wire
 */
record ClientRates(int messagesPerSecond, int bytesPerSecond) {
  static final ClientRates NONE = new ClientRates(0, 0);

  /** A packet may be as long as that; what is slower than this would take minutes for one. */
  static final int LEAST_BYTES_PER_SECOND = 1024;

  /** What a small message has on the wire, about. */
  private static final int MESSAGE_BYTES = 256;

  private static final int MIN_READ_BYTES = 512;
  private static final int MAX_READ_BYTES = 64 * 1024;

  boolean isOn() {
    return messagesPerSecond > 0 || bytesPerSecond > 0;
  }

  /** How much to read at once at the most: not much more than may come in a second. */
  int readBytes() {
    long bytes = bytesPerSecond > 0 ? bytesPerSecond : MAX_READ_BYTES;
    long messages = messagesPerSecond > 0 ? (long) messagesPerSecond * MESSAGE_BYTES : bytes;
    return (int) Math.max(MIN_READ_BYTES, Math.min(MAX_READ_BYTES, Math.min(bytes, messages)));
  }
}
