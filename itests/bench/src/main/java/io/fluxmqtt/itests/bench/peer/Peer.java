package io.fluxmqtt.itests.bench.peer;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A broker that can be measured. */
public interface Peer {
  /** Its name on the command line and in the tables. */
  String name();

  /** Whether it runs in a JVM, which must be warm. */
  boolean isJvm();

  /** Whether it is there, or can be fetched. */
  boolean isAvailable();

  /** Writes its configuration into a folder of its own and says how to start it. */
  Launch launch(Place place) throws IOException, InterruptedException;

  /**
   * Where it shall run.
   *
   * @param folder for its configuration and data; empty
   * @param port on 127.0.0.1
   * @param heap the most that a JVM may have, as {@code -Xmx} takes it
   * @param mode how it is set up
   */
  record Place(Path folder, int port, String heap, Mode mode) {}

  /**
   * How it is started.
   *
   * @param settings what was set, to be shown beside the figures
   */
  record Launch(List<String> command, Map<String, String> environment, String settings) {}
}
