package io.fluxmqtt.itests.bench.load;

import java.util.BitSet;

/** Each number must come once, of a single flow that is not too long. */
final class InAnyOrder implements Seen {
  private final BitSet numbers = new BitSet();

  @Override
  public boolean isNew(int flow, long number) {
    int at = Math.toIntExact(number);
    if (numbers.get(at)) {
      return false;
    }
    numbers.set(at);
    return true;
  }
}
