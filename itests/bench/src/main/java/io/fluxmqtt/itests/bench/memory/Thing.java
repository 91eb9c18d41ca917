package io.fluxmqtt.itests.bench.memory;

import io.fluxmqtt.itests.bench.load.Generator;
import java.io.IOException;

/**
 * Something of which a broker keeps many.
 *
 * @param name in the table
 * @param target the most bytes of heap that one of ours shall take; 0 if nothing was set
 * @param count how many there are to be
 * @param payloadBytes of each, which do not count
 * @param maker has a broker keep that many
 */
record Thing(String name, int target, int count, int payloadBytes, Maker maker) {
  /**
   * Has a broker keep so many things, for as long as the generator is open at least; {@code name}
   * tells them from those of another making.
   */
  interface Maker {
    void make(Generator generator, String name, int count) throws IOException, InterruptedException;
  }
}
