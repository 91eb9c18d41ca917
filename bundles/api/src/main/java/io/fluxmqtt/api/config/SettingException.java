package io.fluxmqtt.api.config;

/**
 * A configured value cannot be used. The text names PID, key, value, reason and what is allowed.
 */
public final class SettingException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  private final String key;

  /** An error of one key. */
  public SettingException(String pid, String key, Object value, String reason) {
    super("%s: %s=%s %s".formatted(pid, key, value, reason));
    this.key = key;
  }

  /** The key whose value it is. */
  public String key() {
    return key;
  }
}
