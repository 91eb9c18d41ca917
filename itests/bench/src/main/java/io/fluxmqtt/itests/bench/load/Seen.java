package io.fluxmqtt.itests.bench.load;

/** What a subscriber has got before. */
interface Seen {
  /** Whether a message comes for the first time and where it should; it has come then. */
  boolean isNew(int flow, long number);
}
