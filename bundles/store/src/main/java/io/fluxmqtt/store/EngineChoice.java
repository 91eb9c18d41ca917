package io.fluxmqtt.store;

import io.fluxmqtt.api.config.Settings;
import io.fluxmqtt.api.spi.store.KvEngine;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which engine the store is to take, from what the configuration says, what holds the data of the
 * folder, and which engines there are.
 *
 * @param name {@value #AUTO}, or an engine's name
 */
record EngineChoice(String name) {
  static final String AUTO = "auto";
  static final String MEMORY = "memory";

  /** For data that nobody holds yet, the best first. */
  static final List<String> PREFERRED = List.of("rocksdb", "mvstore");

  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,30}");

  /** What is known of an engine. */
  enum State {
    /** Its service is there. */
    READY,
    /** Its bundle is there, its service is not yet. */
    COMING,
    /** It says that it cannot run on this machine. */
    UNAVAILABLE,
    /** Nobody provides it. */
    ABSENT
  }

  /** The engines of this framework. */
  interface Engines {
    State state(String name);

    /** Those that are ready. */
    List<String> ready();
  }

  /** What follows. */
  sealed interface Outcome {}

  /** Take this engine. */
  record Take(String engine) implements Outcome {}

  /** Look again when there is another engine. */
  record Wait(String why) implements Outcome {}

  /** It cannot be; the text says what to do. */
  record Refuse(String why) implements Outcome {}

  static EngineChoice of(Settings settings) {
    String name = settings.text("engine");
    if (!NAME.matcher(name).matches()) {
      throw settings.error(
          "engine", "is not auto, rocksdb, mvstore, memory or the name of another");
    }
    return new EngineChoice(name);
  }

  /** The target of the store's reference. */
  static String target(String engine) {
    return "(" + KvEngine.NAME + "=" + engine + ")";
  }

  boolean isVolatile() {
    return name.equals(MEMORY);
  }

  /**
   * Decides.
   *
   * @param noted which engine holds the data of the folder, or null if it has none
   * @param folder for the texts
   */
  Outcome decide(@Nullable String noted, String folder, Engines engines) {
    if (isVolatile()) {
      return taking(name, engines, "set auto");
    }
    if (noted != null && !name.equals(AUTO) && !name.equals(noted)) {
      return new Refuse(
          "%s holds data of the engine %s; set auto or %s, or move that folder away and begin without data"
              .formatted(folder, noted, noted));
    }
    if (noted != null) {
      return taking(
          noted, engines, "or move " + folder + ", which holds its data, away and begin without");
    }
    return name.equals(AUTO) ? first(engines) : taking(name, engines, "or set auto");
  }

  private static Outcome taking(String engine, Engines engines, String otherwise) {
    return switch (engines.state(engine)) {
      case READY -> new Take(engine);
      case COMING -> waitFor(engine);
      case UNAVAILABLE ->
          new Refuse("the engine %s cannot run on this machine; %s".formatted(engine, otherwise));
      case ABSENT ->
          new Refuse(
              "the engine %s is not installed, there is %s; install io.fluxmqtt.store.%s, %s"
                  .formatted(engine, list(engines), engine, otherwise));
    };
  }

  private static Outcome first(Engines engines) {
    for (String engine : PREFERRED) {
      switch (engines.state(engine)) {
        case READY -> {
          return new Take(engine);
        }
        case COMING -> {
          return waitFor(engine);
        }
        default -> {
          // the next
        }
      }
    }
    return new Refuse(
        "no engine that keeps data on disk can be had, there is %s; install one of io.fluxmqtt.store.%s, or set memory, which forgets at the end of the process"
            .formatted(list(engines), String.join(", io.fluxmqtt.store.", PREFERRED)));
  }

  private static Outcome waitFor(String engine) {
    return new Wait(
        "for the engine %s: its bundle is installed, its service is not there".formatted(engine));
  }

  private static String list(Engines engines) {
    List<String> ready = engines.ready();
    return ready.isEmpty() ? "none" : String.join(", ", ready);
  }
}
