package io.fluxmqtt.itests.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.fluxmqtt.itests.kit.Await;
import io.fluxmqtt.itests.kit.BrokerAddress;
import io.fluxmqtt.itests.kit.BrokerProcess;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.RawClient;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Users of a real LDAP server enter plain Felix, by the JDK's login module for LDAP. */
class LdapIT {
  private static final int BAD_USER_NAME_OR_PASSWORD = 0x86;
  private static final int NOT_AUTHORIZED = 0x87;
  private static final int SERVER_UNAVAILABLE = 0x88;
  private static final String JAAS = "io.fluxmqtt.auth.jaas-default.cfg";
  private static final String NOBODY = "no authenticator knows the client";
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private static LdapServer ldap;
  private static BrokerProcess process;
  private static BrokerAddress broker;

  @BeforeAll
  static void start() throws Exception {
    ldap = new LdapServer();
    process = BrokerProcess.prepare("ldap");
    GroupTopics.write(process.load().resolve("groups.jar"));
    process.load("io.fluxmqtt.auth.jaas");
    process.set("io.fluxmqtt.access.cfg", "authenticators", "jaas");
    process.set("io.fluxmqtt.access.cfg", "authorizers", GroupTopics.NAME);
    process.write("login.conf", loginConfiguration("plant"));
    process.write(
        JAAS,
        """
        realm = plant
        loginConfigFile = login.conf
        groupPrincipals = com.sun.security.auth.UserPrincipal
        groupPrefix = ldap.
        """);
    process.start();
    broker = process.address();
    Await.until("ann is known", LIMIT, () -> login("ann", "secret of ann") == 0);
  }

  /** With a search for the user, and one of the entry's attributes as a further principal. */
  private static String loginConfiguration(String realm) {
    return """
    %s {
      com.sun.security.auth.module.LdapLoginModule REQUIRED
        userProvider="%s/%s"
        userFilter="(&(uid={USERNAME})(objectClass=inetOrgPerson))"
        authzIdentity="{EMPLOYEETYPE}"
        java.naming.security.authentication="simple"
        useSSL=false;
    };
    """
        .formatted(realm, ldap.url(), LdapServer.PEOPLE);
  }

  @AfterAll
  static void stop() throws Exception {
    if (process != null) {
      process.close();
    }
    if (ldap != null) {
      ldap.close();
    }
  }

  @Test
  void passwordOfTheDirectoryDecides() throws IOException {
    assertEquals(0, login("anton", "secret of anton"));
    assertEquals(BAD_USER_NAME_OR_PASSWORD, login("ann", "secret of anton"));
    assertEquals(BAD_USER_NAME_OR_PASSWORD, login("nobody", "secret of ann"));
    assertEquals(BAD_USER_NAME_OR_PASSWORD, login("ann", ""));
    assertEquals(BAD_USER_NAME_OR_PASSWORD, login("an*", "secret of ann"));
    assertEquals(NOT_AUTHORIZED, code(ConnectPacket.v5("no-name")), "all abstain");
  }

  @Test
  void principalsBecomeGroups() throws IOException {
    ConnectPacket connect = ConnectPacket.v5("in-groups").login("ann", "secret of ann");
    try (RawClient ann = RawClient.connected(broker, connect)) {
      assertEquals(0x10, ann.publish("user/ann", "x"));
      assertEquals(0x10, ann.publish("group/ldap.dashboards", "x"));
      assertEquals(NOT_AUTHORIZED, ann.publish("group/ldap.operators", "x"));
      assertEquals(NOT_AUTHORIZED, ann.publish("group/dashboards", "x"));
    }
  }

  @Test
  void serverThatIsAwayMakesTheBrokerUnavailableUntilItReturns() throws Exception {
    ConnectPacket connect = ConnectPacket.v5("stays").login("ann", "secret of ann");
    try (RawClient stays = RawClient.connected(broker, connect)) {
      int mark = process.mark();
      ldap.stop();
      try {
        assertEquals(SERVER_UNAVAILABLE, login("ann", "secret of ann"));
        assertEquals(SERVER_UNAVAILABLE, login("ann", "wrong"));
        String line = process.awaitLine("the realm plant cannot be asked", mark, LIMIT);
        assertFalse(line.contains("secret"), line);
      } finally {
        ldap.start();
      }
      assertEquals(0, login("ann", "secret of ann"));
      stays.ping();
    }
  }

  @Test
  void everyChangeCountsForNewConnections() throws Exception {
    ConnectPacket connect = ConnectPacket.v5("before").login("ann", "secret of ann");
    try (RawClient before = RawClient.connected(broker, connect)) {
      process.set(JAAS, "realm", "elsewhere");
      Await.until("no such realm", LIMIT, () -> login("ann", "secret of ann") != 0);
      assertEquals(SERVER_UNAVAILABLE, login("ann", "secret of ann"));
      process.write("login.conf", loginConfiguration("elsewhere"));
      Await.until("the file has it", LIMIT, () -> login("ann", "secret of ann") == 0);

      int mark = process.mark();
      process.set(JAAS, "timeoutSeconds", "soon");
      process.awaitLine("timeoutSeconds=soon", mark, LIMIT);
      assertEquals(0, login("ann", "secret of ann"), "the configuration stays as it was");
      process.set(JAAS, "timeoutSeconds", "5");

      int asked = process.mark();
      process.set(JAAS, "abstainOnFailure", "true");
      Await.until(
          "the next would be asked",
          LIMIT,
          () -> login("ann", "wrong") != 0 && process.find(NOBODY, asked).isPresent());
      process.write("login.conf", loginConfiguration("plant"));
      process.set(JAAS, "realm", "plant");
      process.set(JAAS, "abstainOnFailure", "false");
      Await.until("as before", LIMIT, () -> login("ann", "secret of ann") == 0);
      before.ping();
    }
  }

  private static int login(String user, String password) throws IOException {
    return code(ConnectPacket.v5("login").login(user, password));
  }

  private static int code(ConnectPacket connect) throws IOException {
    try (RawClient client = RawClient.open(broker)) {
      return client.connect(connect).reason();
    }
  }
}
