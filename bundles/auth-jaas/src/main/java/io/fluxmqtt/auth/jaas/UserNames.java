package io.fluxmqtt.auth.jaas;

/** Which user names may be shown to a login module. */
final class UserNames {
  private UserNames() {}

  /**
   * Whether no login module takes the name for more than a name. Karaf's for LDAP puts it into the
   * filters of its searches as it is: {@code a*} with the password of anna would be in the groups
   * of everybody whose name begins with a.
   */
  static boolean isSafe(String userName) {
    return !userName.isEmpty()
        && userName.chars().noneMatch(c -> "*()\\".indexOf(c) >= 0 || Character.isISOControl(c));
  }
}
