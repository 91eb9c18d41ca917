package io.fluxmqtt.itests.bench.load;

import java.util.Arrays;

/** Each flow's numbers must rise; gaps are no fault, since others may get what is between. */
final class InOrder implements Seen {
  private long[] last = {}; // by flow

  @Override
  public boolean isNew(int flow, long number) {
    if (flow >= last.length) {
      int before = last.length;
      last = Arrays.copyOf(last, flow + 1);
      Arrays.fill(last, before, last.length, -1);
    }
    if (number <= last[flow]) {
      return false;
    }
    last[flow] = number;
    return true;
  }
}
