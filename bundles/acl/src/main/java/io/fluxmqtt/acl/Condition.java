package io.fluxmqtt.acl;

import io.fluxmqtt.api.spi.access.Client;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a rule asks of a client. As text it is a word of the rule, save those of mosquitto's files,
 * which are told by their line. Asking allocates nothing, save for ranges of IPv6 addresses.
 */
sealed interface Condition {
  /**
   * Whether it holds.
   *
   * @param denying whether the rule denies; what should be known of a client and is not counts for
   *     denials and never for allowances
   */
  boolean holds(Client who, boolean denying);

  /** The only user for whom it can hold, if there is only one. */
  default @Nullable String onlyUser() {
    return null;
  }

  /** {@code client=}: the Client Identifier. */
  record ClientId(Glob glob) implements Condition {
    @Override
    public boolean holds(Client who, boolean denying) {
      return glob.matches(who.clientId());
    }

    @Override
    public String toString() {
      return "client=" + glob.pattern();
    }
  }

  /** {@code user=}: the user name, or none. */
  record User(UserPattern pattern) implements Condition {
    @Override
    public boolean holds(Client who, boolean denying) {
      return pattern.matches(who.userName());
    }

    @Override
    public @Nullable String onlyUser() {
      return pattern.only();
    }

    @Override
    public String toString() {
      return "user=" + pattern.pattern();
    }
  }

  /** {@code group=}: one of the client's groups. Who is in none is known to be in none. */
  record Group(Glob glob) implements Condition {
    @Override
    public boolean holds(Client who, boolean denying) {
      Set<String> groups = who.principal().groups();
      if (glob.plain()) {
        return groups.contains(glob.pattern());
      }
      for (String group : groups) {
        if (glob.matches(group)) {
          return true;
        }
      }
      return false;
    }

    @Override
    public String toString() {
      return "group=" + glob.pattern();
    }
  }

  /**
   * {@code attr.<name>=}: one of the values of an attribute. A client that has none is denied as if
   * it had the wrong one: else whoever leaves a claim out would escape.
   */
  record Attribute(String name, Glob glob) implements Condition {
    @Override
    public boolean holds(Client who, boolean denying) {
      List<String> values = who.principal().attributes().get(name);
      if (values == null || values.isEmpty()) {
        return denying;
      }
      for (int i = 0; i < values.size(); i++) { // no iterator: this is the hot path
        if (glob.matches(values.get(i))) {
          return true;
        }
      }
      return false;
    }

    @Override
    public String toString() {
      return RuleParser.ATTRIBUTE + name + "=" + glob.pattern();
    }
  }

  /** {@code from=}: the address it comes from. */
  record From(AddressRanges ranges) implements Condition {
    @Override
    public boolean holds(Client who, boolean denying) {
      return ranges.contain(who.remoteAddress(), denying);
    }

    @Override
    public String toString() {
      return "from=" + ranges;
    }
  }

  /** {@code listener=}: the name of the listener that it came through. */
  record Listener(Glob glob) implements Condition {
    @Override
    public boolean holds(Client who, boolean denying) {
      return glob.matches(who.listener());
    }

    @Override
    public String toString() {
      return "listener=" + glob.pattern();
    }
  }

  /** The section of a mosquitto file: the user of this very name, or the anonymous clients. */
  record Section(@Nullable String userName) implements Condition {
    @Override
    public boolean holds(Client who, boolean denying) {
      return userName == null ? who.userName() == null : userName.equals(who.userName());
    }

    @Override
    public @Nullable String onlyUser() {
      return userName;
    }
  }

  /** A mosquitto pattern with {@code %u} is not for anonymous clients, also where it denies. */
  record HasUserName() implements Condition {
    @Override
    public boolean holds(Client who, boolean denying) {
      return who.userName() != null;
    }
  }

  /** Where a mosquitto file has patterns, such names are denied all that no section allows. */
  record WildcardInName() implements Condition {
    @Override
    public boolean holds(Client who, boolean denying) {
      return hasWildcard(who.clientId()) || hasWildcard(who.userName());
    }

    private static boolean hasWildcard(@Nullable String name) {
      return name != null && (name.indexOf('+') >= 0 || name.indexOf('#') >= 0);
    }
  }
}
