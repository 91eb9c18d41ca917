package io.fluxmqtt.auth.jaas;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import javax.naming.CommunicationException;
import javax.naming.NamingException;
import javax.naming.ServiceUnavailableException;
import javax.security.auth.login.AccountExpiredException;
import javax.security.auth.login.AccountNotFoundException;
import javax.security.auth.login.CredentialExpiredException;
import javax.security.auth.login.CredentialNotFoundException;
import javax.security.auth.login.FailedLoginException;
import javax.security.auth.login.LoginException;
import org.junit.jupiter.api.Test;

class LoginFailureTest {
  @Test
  void unknownUserAndWrongPasswordAreNotToldApart() {
    assertEquals(LoginFailure.UNKNOWN, LoginFailure.of(new FailedLoginException()));
    assertEquals(LoginFailure.UNKNOWN, LoginFailure.of(new AccountNotFoundException()));
    assertEquals(LoginFailure.UNKNOWN, LoginFailure.of(new CredentialNotFoundException()));
    assertEquals(LoginFailure.UNKNOWN, of(new FailedLoginException(), new NamingException()));
  }

  @Test
  void userWhoIsExpiredIsBarred() {
    assertEquals(LoginFailure.BARRED, LoginFailure.of(new AccountExpiredException()));
    assertEquals(LoginFailure.BARRED, LoginFailure.of(new CredentialExpiredException()));
  }

  @Test
  void serverThatIsAwayIsAnOutageHoweverItIsWrapped() {
    assertEquals(LoginFailure.OUTAGE, LoginFailure.of(new LoginException()));
    assertEquals(LoginFailure.OUTAGE, LoginFailure.of(new LoginException("anything")));
    assertEquals(LoginFailure.OUTAGE, LoginFailure.of(new NoClassDefFoundError("x")));
    assertEquals(LoginFailure.OUTAGE, of(new FailedLoginException(), new IOException()));
    assertEquals(LoginFailure.OUTAGE, of(new FailedLoginException(), new CommunicationException()));
    NamingException deep = new NamingException();
    deep.initCause(new ServiceUnavailableException());
    assertEquals(LoginFailure.OUTAGE, of(new FailedLoginException(), deep));
  }

  @Test
  void wrongPasswordAtKarafsModuleForLdapIsNoOutageButThatOfTheBrokerItselfIs() {
    String error49 = "[LDAP: error code 49 - Invalid Credentials]";
    assertEquals(
        LoginFailure.UNKNOWN,
        LoginFailure.of(new LoginException("Authentication failed: " + error49)));
    assertEquals(
        LoginFailure.OUTAGE,
        LoginFailure.of(new LoginException("Can't connect to the LDAP server: " + error49)));
    assertEquals(
        LoginFailure.OUTAGE,
        LoginFailure.of(new LoginException("Authentication failed: [LDAP: error code 52 - x]")));
    assertEquals(
        LoginFailure.OUTAGE,
        LoginFailure.of(new IllegalStateException("Authentication failed: " + error49)));
  }

  private static LoginFailure of(LoginException failure, Exception cause) {
    failure.initCause(cause);
    return LoginFailure.of(failure);
  }
}
