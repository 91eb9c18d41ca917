package io.fluxmqtt.auth.jaas;

import java.io.IOException;
import java.net.ConnectException;
import java.security.Principal;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.security.auth.Subject;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.callback.ChoiceCallback;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.PasswordCallback;
import javax.security.auth.callback.TextOutputCallback;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.auth.login.AccountLockedException;
import javax.security.auth.login.FailedLoginException;
import javax.security.auth.login.LoginException;
import javax.security.auth.spi.LoginModule;

/** A login module that does what the user name says; the password is {@code secret}. */
public final class TestModule implements LoginModule {
  /** A principal of a kind that is a user name by default. */
  record TestUserPrincipal(String getName) implements Principal {}

  /** A principal of a kind that is a group by default. */
  record TestRolePrincipal(String getName) implements Principal {}

  /** A principal that means nothing by default. */
  record TestLabel(String getName) implements Principal {}

  /** What happened, for the tests of one thread. */
  static final List<String> EVENTS = new CopyOnWriteArrayList<>();

  private Subject subject = new Subject();
  private CallbackHandler handler = callbacks -> {};
  private String user = "";

  @Override
  public void initialize(
      Subject whom, CallbackHandler asking, Map<String, ?> shared, Map<String, ?> options) {
    subject = whom;
    handler = asking;
  }

  @Override
  public boolean login() throws LoginException {
    NameCallback name = new NameCallback("name");
    PasswordCallback password = new PasswordCallback("password", false);
    try {
      handler.handle(
          new Callback[] {
            new TextOutputCallback(TextOutputCallback.INFORMATION, "hello"), name, password
          });
      user = name.getName();
      if (user.equals("chooser")) {
        handler.handle(
            new Callback[] {new ChoiceCallback("which", new String[] {"a", "b"}, 0, false)});
      }
    } catch (UnsupportedCallbackException | IOException e) {
      throw new LoginException(e.getMessage());
    }
    EVENTS.add("login " + user + " " + Thread.currentThread().getContextClassLoader().getClass());
    char[] given = password.getPassword();
    boolean isRight = Arrays.equals(given, "secret".toCharArray());
    switch (user) {
      case "ignored" -> {
        return false;
      }
      case "locked" -> throw new AccountLockedException("locked until Monday");
      case "down" -> throw new LoginException("the directory is\ndown");
      case "refused" -> {
        LoginException failure = new FailedLoginException("cannot connect");
        failure.initCause(new ConnectException("refused"));
        throw failure;
      }
      case "broken" -> throw new IllegalStateException("broken");
      default -> {
        if (!isRight) {
          throw new FailedLoginException("wrong");
        }
      }
    }
    return true;
  }

  @Override
  public boolean commit() {
    switch (user) {
      case "Ann" -> add(new TestUserPrincipal("ann"));
      case "two" -> {
        add(new TestUserPrincipal("one"));
        add(new TestUserPrincipal("other"));
      }
      case "bob" -> {
        add(new TestUserPrincipal("department"));
        add(new TestUserPrincipal("bob"));
      }
      case "nobody" -> add(new TestUserPrincipal(""));
      default -> add(new TestUserPrincipal(user));
    }
    add(new TestRolePrincipal("sensors"));
    add(new TestRolePrincipal(""));
    add(new TestLabel("label"));
    return true;
  }

  private void add(Principal principal) {
    subject.getPrincipals().add(principal);
  }

  @Override
  public boolean abort() {
    EVENTS.add("abort " + user);
    return true;
  }

  @Override
  public boolean logout() throws LoginException {
    EVENTS.add("logout " + user);
    subject.getPrincipals().clear();
    if (user.equals("sticky")) {
      throw new LoginException("cannot log out");
    }
    return true;
  }
}
