package io.fluxmqtt.auth.jaas;

import java.security.Principal;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import javax.security.auth.Subject;

/**
 * Some of the principals of a subject, by the names of their classes.
 *
 * @param patterns full class names, or {@code *} and how they end
 */
record PrincipalKinds(List<String> patterns) {
  /** Copies the list. */
  PrincipalKinds {
    patterns = List.copyOf(patterns);
  }

  /** Whether a text can be a pattern: it has a {@code *} at its beginning or nowhere. */
  static boolean isPattern(String text) {
    return text.lastIndexOf('*') <= 0;
  }

  /** The names of those that a subject has, each once, empty ones left out. */
  Set<String> namesIn(Subject subject) {
    Set<String> names = new LinkedHashSet<>();
    for (Principal each : subject.getPrincipals()) {
      String name = each.getName();
      if (name != null && !name.isEmpty() && isOne(each.getClass().getName())) {
        names.add(name);
      }
    }
    return names;
  }

  private boolean isOne(String className) {
    for (String pattern : patterns) {
      if (pattern.startsWith("*")
          ? className.endsWith(pattern.substring(1))
          : className.equals(pattern)) {
        return true;
      }
    }
    return false;
  }
}
