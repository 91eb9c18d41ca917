package io.fluxmqtt.itests.faults.broker;

import io.fluxmqtt.itests.kit.BrokerAddress;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/** A broker that can be started again and again on the same data. */
public interface Victim extends AutoCloseable {
  /**
   * Starts it.
   *
   * @return how long it took until it was ready
   * @throws Exception if it was not ready in time; the text has what it printed
   */
  Duration start() throws Exception;

  /** How much CPU its process has used; zero if nobody knows. */
  default Duration cpu() {
    return Duration.ZERO;
  }

  BrokerAddress address();

  Path data();

  /** SIGKILL; returns once the process is gone. */
  void kill() throws InterruptedException;

  /**
   * SIGSTOP: it says nothing any more. To be called before its disk is taken away: a sync that is
   * under way may then seem to succeed.
   */
  default void freeze() throws IOException, InterruptedException {}

  /** Sessions exist now: what needs to be told that it should keep them is told. */
  default void keepSessions() throws Exception {}

  /** Ends it and removes its files. */
  @Override
  void close() throws IOException, InterruptedException;
}
