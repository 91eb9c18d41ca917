package io.fluxmqtt.itests.bench.peer;

import java.nio.file.Path;
import java.util.List;

/** All brokers that can be measured, ours first. */
public final class Peers {
  private Peers() {}

  /**
   * Those that are on this machine, or could be.
   *
   * @param runtime our unpacked runtime
   */
  public static List<Peer> installed(Path runtime) {
    return List.of(new Flux(runtime), new Mosquitto());
  }

  /**
   * All brokers.
   *
   * @param runtime our unpacked runtime
   * @param projects the folder of those that Maven fetches
   */
  public static List<Peer> all(Path runtime, Path projects) {
    return List.of(
        new Flux(runtime),
        new Mosquitto(),
        new HiveMq(projects),
        new Moquette(projects),
        new Artemis(projects));
  }
}
