package io.fluxmqtt.auth.jaas;

import java.io.IOException;
import java.util.Map;
import javax.naming.AuthenticationNotSupportedException;
import javax.naming.CommunicationException;
import javax.naming.ConfigurationException;
import javax.naming.InsufficientResourcesException;
import javax.naming.InterruptedNamingException;
import javax.naming.LimitExceededException;
import javax.naming.ServiceUnavailableException;
import javax.security.auth.Subject;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.login.AccountException;
import javax.security.auth.login.AccountNotFoundException;
import javax.security.auth.login.AppConfigurationEntry;
import javax.security.auth.login.AppConfigurationEntry.LoginModuleControlFlag;
import javax.security.auth.login.Configuration;
import javax.security.auth.login.CredentialException;
import javax.security.auth.login.CredentialNotFoundException;
import javax.security.auth.login.FailedLoginException;
import javax.security.auth.login.LoginContext;
import javax.security.auth.login.LoginException;
import javax.security.auth.spi.LoginModule;
import org.jspecify.annotations.Nullable;

/** What a failed login says of the client, and of the realm. */
enum LoginFailure {
  /** The password is wrong, or nobody has this name. */
  UNKNOWN,
  /** The realm knows the user and does not want it: locked or expired. */
  BARRED,
  /** The realm cannot tell: its server is away, its configuration is wrong. */
  OUTAGE;

  /** So says Karaf's LDAPLoginModule of a wrong password; 49 is invalidCredentials (RFC 4511). */
  private static final String LDAP_WRONG = "Authentication failed: [LDAP: error code 49 ";

  /** What a login context says itself where no module knows the user; it may be translated. */
  private static final @Nullable String ALL_IGNORED = allIgnored();

  static LoginFailure of(Throwable failure) {
    for (Throwable each = failure; each != null; each = each.getCause()) {
      if (isOutage(each)) {
        return OUTAGE;
      }
    }
    if (failure instanceof FailedLoginException
        || failure instanceof AccountNotFoundException
        || failure instanceof CredentialNotFoundException) {
      return UNKNOWN;
    }
    if (failure instanceof AccountException || failure instanceof CredentialException) {
      return BARRED;
    }
    String message = failure.getMessage();
    boolean isOfLdap = message != null && message.startsWith(LDAP_WRONG);
    boolean isIgnored = message != null && message.equals(ALL_IGNORED);
    return failure instanceof LoginException && (isOfLdap || isIgnored) ? UNKNOWN : OUTAGE;
  }

  /** The JDK's LdapLoginModule wraps these into a FailedLoginException. */
  private static boolean isOutage(Throwable cause) {
    return cause instanceof IOException
        || cause instanceof CommunicationException
        || cause instanceof AuthenticationNotSupportedException
        || cause instanceof ServiceUnavailableException
        || cause instanceof InsufficientResourcesException
        || cause instanceof LimitExceededException
        || cause instanceof InterruptedNamingException
        || cause instanceof ConfigurationException;
  }

  private static @Nullable String allIgnored() {
    AppConfigurationEntry entry =
        new AppConfigurationEntry(
            Ignoring.class.getName(), LoginModuleControlFlag.OPTIONAL, Map.of());
    Configuration one =
        new Configuration() {
          @Override
          public AppConfigurationEntry[] getAppConfigurationEntry(String name) {
            return new AppConfigurationEntry[] {entry};
          }
        };
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(LoginFailure.class.getClassLoader());
    try {
      new LoginContext("ignoring", new Subject(), callbacks -> {}, one).login();
      return null;
    } catch (LoginException e) {
      return e.getMessage();
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  /** A login module that knows nobody. */
  public static final class Ignoring implements LoginModule {
    /** For the login context. */
    public Ignoring() {}

    @Override
    public void initialize(
        Subject subject, CallbackHandler handler, Map<String, ?> shared, Map<String, ?> options) {
      // it needs nothing
    }

    @Override
    public boolean login() {
      return false;
    }

    @Override
    public boolean commit() {
      return false;
    }

    @Override
    public boolean abort() {
      return true;
    }

    @Override
    public boolean logout() {
      return true;
    }
  }
}
