package io.fluxmqtt.auth.jaas;

import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.message.Printable;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.spi.auth.Authentication;
import io.fluxmqtt.api.spi.auth.Principal;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.util.Set;
import java.util.stream.Collectors;
import javax.security.auth.Subject;
import javax.security.auth.login.LoginContext;
import javax.security.auth.login.LoginException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A realm of JAAS and how to read what it says. Immutable. {@link #login} blocks for as long as the
 * login modules do; the rest is quick.
 */
final class Realm {
  /**
   * How a realm is asked.
   *
   * @param groups which principals are groups, and {@code users} which are user names
   * @param groupPrefix what is put before the name of each group
   * @param isAbstaining whether whom the realm does not accept is left to the next authenticator
   */
  record Terms(
      String name,
      PrincipalKinds groups,
      PrincipalKinds users,
      String groupPrefix,
      boolean isAbstaining) {}

  private static final Logger LOG = LoggerFactory.getLogger(Realm.class);
  private static final int REASON_WIDTH = 300;
  private static final Authentication ABSTAINED = new Authentication.Abstained();
  private static final Authentication WRONG =
      new Authentication.Rejected(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
  private static final Authentication UNAVAILABLE =
      new Authentication.Rejected(ReasonCode.SERVER_UNAVAILABLE);

  private final String pid;
  private final Terms terms;
  private final LoginConfiguration configuration;
  private final ModuleLoader loader;
  private final Seldom seldom;

  Realm(
      String pid,
      Terms terms,
      LoginConfiguration configuration,
      ModuleLoader loader,
      Seldom seldom) {
    this.pid = pid;
    this.terms = terms;
    this.configuration = configuration;
    this.loader = loader;
    this.seldom = seldom;
  }

  /** What is said of a client that the realm would not accept. */
  Authentication failed() {
    return terms.isAbstaining ? ABSTAINED : WRONG;
  }

  /** What is said of a client for whom the realm took too long. */
  Authentication overdue() {
    complain("did not answer within timeoutSeconds");
    return UNAVAILABLE;
  }

  /** Asks the realm, and logs out again. */
  Authentication login(String userName, Payload password) {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(loader);
    try (LoginHandler handler = new LoginHandler(userName, password)) {
      return login(userName, handler);
    } catch (CharacterCodingException e) {
      return failed();
    } catch (LoginException | IOException | RuntimeException | LinkageError e) {
      return refusal(e);
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  private Authentication login(String userName, LoginHandler handler)
      throws LoginException, IOException {
    Subject subject = new Subject();
    LoginContext context =
        new LoginContext(terms.name, subject, handler, configuration.present().orElse(null));
    context.login();
    try {
      return identity(userName, subject);
    } finally {
      logout(context);
    }
  }

  private void logout(LoginContext context) {
    try {
      context.logout();
    } catch (LoginException | RuntimeException e) {
      LOG.debug("{}: logout at realm {}", pid, terms.name, e);
    }
  }

  private Authentication identity(String userName, Subject subject) {
    Set<String> users = terms.users.namesIn(subject);
    if (users.size() > 1 && !users.contains(userName)) {
      complain("gave several user names for one client: " + users);
      return UNAVAILABLE;
    }
    String user = users.isEmpty() || users.contains(userName) ? userName : users.iterator().next();
    Set<String> groups =
        terms.groups.namesIn(subject).stream()
            .map(terms.groupPrefix::concat)
            .collect(Collectors.toUnmodifiableSet());
    return new Authentication.Accepted(new Principal(user, groups));
  }

  private Authentication refusal(Throwable failure) {
    LOG.debug("{}: login at realm {}", pid, terms.name, failure);
    return switch (LoginFailure.of(failure)) {
      case UNKNOWN -> failed();
      case BARRED -> WRONG;
      case OUTAGE -> {
        String text = failure.getMessage();
        complain("cannot be asked: " + (text == null ? failure.toString() : text));
        yield UNAVAILABLE;
      }
    };
  }

  private void complain(String what) {
    seldom.now(
        more ->
            LOG.warn(
                "{}: the realm {} {}; its clients are refused as 'server unavailable'{}",
                pid,
                terms.name,
                Printable.of(what.strip(), REASON_WIDTH),
                more == 0 ? "" : " (" + more + " more like this since the last line)"));
  }
}
