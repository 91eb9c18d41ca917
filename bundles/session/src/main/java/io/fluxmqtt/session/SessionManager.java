package io.fluxmqtt.session;

import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/** Where a transport brings its connections. */
@ProviderType
public interface SessionManager {
  /** Takes a connection that was just accepted. Called on the connection's loop. */
  ConnectionHandler connected(Connection connection);

  /**
   * Whether a listener may open under the present policy. Any thread.
   *
   * @return why not and what to set, or nothing if it may
   */
  Optional<String> refusal(ListenerProfile profile);

  /** What an operator should know of a listener's access, such as "anonymous, loopback only". */
  String accessNote(ListenerProfile profile);
}
