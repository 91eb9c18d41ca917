package io.fluxmqtt.itests.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.kit.Await;
import io.fluxmqtt.itests.kit.BrokerAddress;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.RawClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The users of a stock Karaf enter: those of its own realm, and those of an LDAP server by Karaf's
 * login module, for whom the first realm abstains.
 */
class KarafRealmIT {
  private static final int BAD_USER_NAME_OR_PASSWORD = 0x86;
  private static final int NOT_AUTHORIZED = 0x87;
  private static final int SERVER_UNAVAILABLE = 0x88;
  private static final Duration LIMIT = Duration.ofSeconds(120);

  private static LdapServer ldap;
  private static KarafProcess karaf;
  private static BrokerAddress broker;

  @BeforeAll
  @Timeout(300)
  static void start() throws Exception {
    ldap = new LdapServer();
    karaf = new KarafProcess();
    broker = BrokerAddress.loopback(karaf.mqttPort());
    Path deploy = karaf.home().resolve("deploy");
    Path kar = Path.of(System.getProperty("kar"));
    Files.copy(kar, deploy.resolve(kar.getFileName()));
    try {
      Await.until("the broker serves a client", LIMIT, () -> isCode(0, ConnectPacket.v5("probe")));
      Await.until("the feature is installed", LIMIT, KarafRealmIT::isInstalled);
      Files.writeString(deploy.resolve("plant.xml"), realmOfLdap());
      GroupTopics.write(deploy.resolve("groups.jar"));
      etc("io.fluxmqtt.auth.jaas-default.cfg", "abstainOnFailure = true\n");
      etc("io.fluxmqtt.auth.jaas-plant.cfg", "name = plant\nrealm = plant\n");
      etc(
          "io.fluxmqtt.access.cfg",
          "authenticators = jaas, plant\nauthorizers = " + GroupTopics.NAME + "\n");
      Await.until("Karaf's user is known", LIMIT, () -> isCode(0, login("karaf", "karaf")));
      Await.until("ann is known", LIMIT, () -> isCode(0, login("ann", "secret of ann")));
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + "\n" + karaf.log(), e);
    }
  }

  private static boolean isInstalled() throws Exception {
    assertTrue(karaf.isAlive(), "Karaf has ended");
    return karaf.shell("feature:install aries-blueprint flux-mqtt-auth-jaas").exit() == 0;
  }

  private static void etc(String file, String text) throws IOException {
    Files.writeString(karaf.home().resolve("etc").resolve(file), text);
  }

  private static String realmOfLdap() {
    return """
    <blueprint xmlns="http://www.osgi.org/xmlns/blueprint/v1.0.0">
      <service interface="org.apache.karaf.jaas.config.JaasRealm">
        <bean class="org.apache.karaf.jaas.config.impl.Config">
          <property name="bundleContext" ref="blueprintBundleContext"/>
          <property name="name" value="plant"/>
          <property name="modules">
            <list>
              <bean class="org.apache.karaf.jaas.config.impl.Module">
                <property name="className"
                    value="org.apache.karaf.jaas.modules.ldap.LDAPLoginModule"/>
                <property name="flags" value="required"/>
                <property name="options">
                  <value>
                    connection.url = %s
                    connection.username = %s
                    connection.password = %s
                    user.base.dn = %s
                    user.filter = (uid=%%u)
                    user.search.subtree = true
                    role.base.dn = %s
                    role.filter = (member=uid=%%u,%s)
                    role.name.attribute = cn
                    role.search.subtree = true
                    authentication = simple
                    disableCache = true
                  </value>
                </property>
              </bean>
            </list>
          </property>
        </bean>
      </service>
    </blueprint>
    """
        .formatted(
            ldap.url(),
            LdapServer.ADMIN,
            LdapServer.ADMIN_PASSWORD,
            LdapServer.PEOPLE,
            LdapServer.GROUPS,
            LdapServer.PEOPLE);
  }

  @AfterAll
  static void stop() throws Exception {
    if (karaf != null) {
      karaf.close();
    }
    if (ldap != null) {
      ldap.close();
    }
  }

  @Test
  void userOfKarafEntersWithItsGroupsAndRoles() throws IOException {
    try (RawClient client = RawClient.connected(broker, login("karaf", "karaf"))) {
      assertEquals(0x10, client.publish("user/karaf", "x"));
      assertEquals(0x10, client.publish("group/admin", "x"), "a role of its group");
      assertEquals(0x10, client.publish("group/admingroup", "x"));
      assertEquals(NOT_AUTHORIZED, client.publish("group/karaf", "x"));
    }
    assertEquals(BAD_USER_NAME_OR_PASSWORD, code(login("karaf", "wrong")));
    assertEquals(BAD_USER_NAME_OR_PASSWORD, code(login("_g_:admingroup", "group")));
  }

  @Test
  void userOfTheDirectoryEntersWithItsRoles() throws IOException {
    try (RawClient client = RawClient.connected(broker, login("ann", "secret of ann"))) {
      assertEquals(0x10, client.publish("user/ann", "x"));
      assertEquals(0x10, client.publish("group/sensors", "x"));
      assertEquals(NOT_AUTHORIZED, client.publish("group/admins", "x"));
    }
    assertEquals(BAD_USER_NAME_OR_PASSWORD, code(login("ann", "wrong")));
    assertEquals(BAD_USER_NAME_OR_PASSWORD, code(login("nobody", "wrong")));
    assertEquals(BAD_USER_NAME_OR_PASSWORD, code(login("an*", "secret of ann")));
  }

  @Test
  void directoryThatIsAwayIsTold() throws Exception {
    ldap.stop();
    try {
      assertEquals(SERVER_UNAVAILABLE, code(login("ann", "secret of ann")));
      assertEquals(0, code(login("karaf", "karaf")), "the other realm is not concerned");
    } finally {
      ldap.start();
    }
    assertEquals(0, code(login("ann", "secret of ann")));
  }

  private static ConnectPacket login(String user, String password) {
    return ConnectPacket.v5("login").login(user, password);
  }

  private static int code(ConnectPacket connect) throws IOException {
    try (RawClient client = RawClient.open(broker)) {
      return client.connect(connect).reason();
    }
  }

  private static boolean isCode(int code, ConnectPacket connect) {
    try {
      return code(connect) == code;
    } catch (IOException | AssertionError e) {
      return false; // not yet
    }
  }
}
