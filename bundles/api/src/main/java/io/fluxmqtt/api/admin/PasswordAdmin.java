package io.fluxmqtt.api.admin;

import java.io.IOException;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/**
 * See and change the users of an authenticator that keeps them itself. Registered as a service with
 * the property {@code mqtt.authenticator.name}. All methods block for I/O.
 */
@ProviderType
public interface PasswordAdmin {
  /** Where the users are kept, for an operator to read, such as the path of a file. */
  String place();

  /** All user names, in order. */
  List<String> users() throws IOException;

  /**
   * Sets a user's password. It counts for new connections as soon as this returns.
   *
   * @return whether the user is new
   * @throws IllegalArgumentException if the name or the password cannot be used, and why
   * @throws IOException if it could not be kept; nothing has changed then
   */
  boolean put(String userName, byte[] password) throws IOException;

  /**
   * Removes a user. Clients that are connected stay.
   *
   * @return whether there was one
   * @throws IOException if it could not be kept; nothing has changed then
   */
  boolean delete(String userName) throws IOException;
}
