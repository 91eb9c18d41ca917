package io.fluxmqtt.itests.bench.load;

import java.io.IOException;

/** What a loop calls when a channel can go on. */
interface Ready {
  void ready() throws IOException;

  /** The channel failed or its {@link #ready} threw. */
  void failed(IOException cause);
}
