package io.fluxmqtt.config;

import io.fluxmqtt.api.admin.BrokerAdmin;
import io.fluxmqtt.api.admin.StoreAdmin;
import io.fluxmqtt.api.config.ConfigurationChecker;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What is there now: bundles, services and what Configuration Admin knows. Any thread. */
interface Container {
  /**
   * A policy service.
   *
   * @param role {@code authenticators}, {@code enhancedAuthenticators} or {@code authorizers}: the
   *     key that names it
   * @param name its name
   * @param anonymous whether it may accept a client that shows no credential
   */
  record Policy(String role, String name, boolean anonymous) {}

  /** What the bundles declare, one for each PID, in the order of PIDs. */
  List<Definition> definitions() throws IOException;

  /** Who checks configurations of a PID or of a factory's. */
  List<ConfigurationChecker> checkers(String pid);

  /** The policy services. */
  List<Policy> policies();

  /** What Configuration Admin has for a PID; empty if nothing. */
  Optional<Map<String, Object>> configuration(String pid) throws IOException;

  /** The broker, if it is there. */
  Optional<BrokerAdmin> broker();

  /** The store, if it is there and tells. */
  Optional<StoreAdmin> store();
}
