package io.fluxmqtt.api.admin;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The configuration of the broker's bundles, read and changed as a whole. What is changed stands in
 * the files of {@code etc} first and counts from there, so nothing is lost with a restart.
 *
 * <p>Any thread. {@link #describe} and {@link #check} read files and block for that, for
 * milliseconds: not for event loops.
 */
@ProviderType
public interface BrokerConfiguration {
  /**
   * All that can be configured now: each PID of an installed bundle of the broker, each instance of
   * a factory, and for each factory once what a new instance would have. In the order of PIDs.
   */
  List<ConfigurationInfo> describe() throws IOException;

  /**
   * Whether changes can be made together, and whom they disturb. Changes nothing.
   *
   * @param changes at most one for each PID
   * @throws IllegalArgumentException if there are two for one PID
   */
  ConfigurationCheck check(List<ConfigurationChange> changes) throws IOException;

  /**
   * Makes changes, all or none. They are checked, written to their files, and followed: ends when
   * they are in force, and the time is over in which they are taken back if the broker serves its
   * clients less than before: if something is wrong that was not before, of {@link
   * BrokerAdmin#outages}, with the store, with a certificate that has ended, or because the broker
   * is gone. Does not block; one transaction at a time.
   *
   * @param changes at most one for each PID
   * @param stamp the {@link ConfigurationCheck#stamp} of an earlier look: if a file has changed
   *     since then, nothing is done. Empty: whatever the files say
   * @param rollbackSeconds how long it is watched, 0 to {@value #MAX_ROLLBACK_SECONDS}; 0 for not
   *     at all
   * @return what came of it; it ends with an {@link IOException} if a file cannot be read or
   *     written, with all files as they were
   * @throws IllegalArgumentException if there are two changes for one PID, or the time is out of
   *     bounds
   */
  CompletionStage<ConfigurationResult> apply(
      List<ConfigurationChange> changes, Optional<String> stamp, int rollbackSeconds);

  /** How long changes can be watched at most, in seconds. */
  int MAX_ROLLBACK_SECONDS = 600;
}
