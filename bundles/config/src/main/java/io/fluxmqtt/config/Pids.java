package io.fluxmqtt.config;

import java.util.regex.Pattern;

/** PIDs, and those of the instances of factories, such as {@code io.fluxmqtt.listener~lan}. */
final class Pids {
  static final String ACCESS = "io.fluxmqtt.access";
  static final String LISTENER = "io.fluxmqtt.listener";

  /** The PIDs of those whose services have the name that their key {@code name} says. */
  static final String AUTHENTICATORS = "io.fluxmqtt.auth.";

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

  private Pids() {}

  /** The PID of the factory of an instance; else the PID itself. */
  static String declared(String pid) {
    int tilde = pid.indexOf('~');
    return tilde < 0 ? pid : pid.substring(0, tilde);
  }

  static boolean isInstance(String pid) {
    return pid.indexOf('~') >= 0;
  }

  /** What follows the tilde, or an empty text. */
  static String name(String pid) {
    int tilde = pid.indexOf('~');
    return tilde < 0 ? "" : pid.substring(tilde + 1);
  }

  /** Whether the name of an instance can be that of a file. */
  static boolean isName(String name) {
    return NAME.matcher(name).matches();
  }

  /** Whether it is an instance of a factory. */
  static boolean isOf(String factory, String pid) {
    return pid.startsWith(factory + "~");
  }
}
