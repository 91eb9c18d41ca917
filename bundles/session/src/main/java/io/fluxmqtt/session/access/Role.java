package io.fluxmqtt.session.access;

/** The roles of policy, and the keys of {@code io.fluxmqtt.access} that name who fills them. */
enum Role {
  AUTHENTICATOR("authenticator", "authenticators"),
  ENHANCED("enhanced authenticator", "enhancedAuthenticators"),
  AUTHORIZER("authorizer", "authorizers");

  private final String text;
  private final String key;

  Role(String text, String key) {
    this.text = text;
    this.key = key;
  }

  String key() {
    return key;
  }

  /** For texts. */
  @Override
  public String toString() {
    return text;
  }
}
