package io.fluxmqtt.itests.bench.load;

import java.io.IOException;
import java.nio.ByteBuffer;

/** What a link passes its packets to, on the loop's thread. */
interface Receiver {
  /**
   * A packet has come.
   *
   * @param first its first byte
   * @param bytes where it lies until this returns; read with absolute positions
   * @param from its first byte behind the Remaining Length
   * @param to the byte after its last
   */
  void packet(int first, ByteBuffer bytes, int from, int to) throws IOException;
}
