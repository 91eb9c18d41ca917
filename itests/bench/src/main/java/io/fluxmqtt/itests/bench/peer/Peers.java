package io.fluxmqtt.itests.bench.peer;

import java.nio.file.Path;
import java.util.List;

/** All brokers that can be measured, ours first. */
public final class Peers {
  private Peers() {}

  /**
   * All brokers.
   *
   * @param runtime our unpacked runtime
   */
  public static List<Peer> all(Path runtime) {
    return List.of(new Flux(runtime), new Mosquitto());
  }
}
