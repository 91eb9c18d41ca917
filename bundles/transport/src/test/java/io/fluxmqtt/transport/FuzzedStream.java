package io.fluxmqtt.transport;

import java.util.Arrays;
import java.util.function.IntUnaryOperator;

/**
 * What a fuzzer's input says of a stream. Its first byte is the protocol level of a plain CONNECT
 * that comes before the bytes, none unless it is 3, 4 or 5; its second byte says into what pieces
 * the stream falls; the rest are the bytes.
 */
record FuzzedStream(int pieces, byte[] bytes) {
  static FuzzedStream of(byte[] input) {
    int level = input.length > 0 ? input[0] : 0;
    int pieces = input.length > 1 ? input[1] & 0xFF : 0;
    byte[] rest = input.length > 2 ? Arrays.copyOfRange(input, 2, input.length) : new byte[0];
    if (level < 3 || level > 5) {
      return new FuzzedStream(pieces, rest);
    }
    return new FuzzedStream(pieces, Bytes.of().raw(Bytes.connect(level)).raw(rest).toArray());
  }

  /** The length of each piece: always one byte if the second byte is 0, else up to its value. */
  IntUnaryOperator lengths() {
    int[] state = {pieces * 0x9E37_79B1 | 1};
    return from -> {
      state[0] ^= state[0] << 13;
      state[0] ^= state[0] >>> 17;
      state[0] ^= state[0] << 5;
      return 1 + (state[0] >>> 1) % Math.max(1, pieces);
    };
  }
}
