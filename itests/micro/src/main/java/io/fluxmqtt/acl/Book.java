package io.fluxmqtt.acl;

import io.fluxmqtt.api.spi.access.Authorizer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** The authorizer of this bundle without the framework that its component needs. */
public final class Book {
  private Book() {}

  /** An authorizer with the rules of one configuration, by key. */
  public static Authorizer of(Map<String, String> rules) {
    RuleBook book = new RuleBook(Path.of(""));
    book.replaceAll(Map.of(AclAuthorizer.PID + "~micro", new HashMap<>(rules)));
    return book::decide;
  }
}
