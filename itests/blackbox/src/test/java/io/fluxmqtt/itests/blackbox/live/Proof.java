package io.fluxmqtt.itests.blackbox.live;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.kit.Await;
import io.fluxmqtt.itests.kit.RawClient;
import java.io.EOFException;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** How it is shown what a change of a key does. */
record Proof(Liveness liveness, List<String> given, Course course) {
  static final Duration READ_LIMIT = Duration.ofSeconds(10);

  /** What is done at the bench. */
  @FunctionalInterface
  interface Course {
    void run(Bench bench) throws Exception;
  }

  /** Makes the connection that is looked at; the part that comes before the change. */
  @FunctionalInterface
  interface Start {
    RawClient at(Bench bench) throws Exception;
  }

  /** What a client sees of the key, in a word; it may end the connection. */
  @FunctionalInterface
  interface Sight {
    String of(RawClient client) throws Exception;
  }

  static Proof of(Liveness liveness, Course course) {
    return new Proof(liveness, List.of(), course);
  }

  /** The same, with other keys of the file set before. */
  Proof given(String... lines) {
    return new Proof(liveness, List.of(lines), course);
  }

  /**
   * New connections see the change; one from before sees it only if it is hot.
   *
   * @param value what the key is set to
   * @param before what is seen before, and {@code after} after that
   */
  static Proof seen(
      Liveness liveness, Object value, Start start, Sight sight, String before, String after) {
    return of(
        liveness,
        bench -> {
          awaitSight("before", bench, start, sight, before);
          RawClient old = start.at(bench);
          bench.set(value);
          awaitSight("after", bench, start, sight, after);
          String expected = liveness == Liveness.HOT ? after : before;
          assertEquals(expected, look(sight, old), "seen by an older connection");
        });
  }

  /** As {@link #seen} by clients of 5.0 that are connected. */
  static Proof seen(Liveness liveness, Object value, Sight sight, String before, String after) {
    return seen(liveness, value, Bench::connected, sight, before, after);
  }

  /** Fails unless new connections come to see this. */
  static void awaitSight(String when, Bench bench, Start start, Sight sight, String expected)
      throws Exception {
    String[] last = new String[1];
    try {
      Await.until(
          bench.key() + ": " + expected,
          READ_LIMIT,
          () -> {
            RawClient fresh;
            try {
              fresh = start.at(bench);
            } catch (java.io.IOException | AssertionError e) {
              last[0] = e.toString(); // the listener is not there yet, or refuses
              return false;
            }
            try (fresh) {
              last[0] = look(sight, fresh);
            }
            return expected.equals(last[0]);
          });
    } catch (AssertionError e) {
      assertEquals(expected, last[0], bench.key() + " " + when);
      throw e;
    }
  }

  static String look(Sight sight, RawClient client) throws Exception {
    try {
      return sight.of(client);
    } catch (EOFException | SocketException e) {
      return "closed";
    }
  }

  /**
   * No client can see it, or not without a plug-in that is slow on purpose: a bad value shows that
   * the key is read while the broker runs, and a unit test, which is there, shows what it does.
   */
  static Proof elsewhere(Liveness liveness, String testFile, String method) {
    return elsewhere(liveness, "sometimes", testFile, method);
  }

  /** As above, with a value that is bad for this key. */
  static Proof elsewhere(Liveness liveness, String bad, String testFile, String method) {
    return of(
        liveness,
        bench -> {
          Path file = Path.of("../..").resolve(testFile);
          assertTrue(Files.readString(file).contains("void " + method + "()"), method);
          RawClient old = bench.connected();
          int mark = bench.process().mark();
          bench.set(bad);
          String line = bench.process().awaitLine(bench.key() + "=" + bad, mark, READ_LIMIT);
          assertTrue(line.contains("stays"), line);
          old.ping();
        });
  }

  /** Lines that were printed after a mark and hold a text. */
  static List<String> lines(Bench bench, int mark, String part) {
    List<String> lines = new ArrayList<>(bench.process().lines(mark));
    lines.removeIf(line -> !line.contains(part));
    return lines;
  }
}
