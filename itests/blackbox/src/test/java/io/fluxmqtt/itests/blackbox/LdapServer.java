package io.fluxmqtt.itests.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fluxmqtt.itests.kit.Await;
import io.fluxmqtt.itests.kit.BrokerProcess;
import io.fluxmqtt.itests.kit.Tool;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * OpenLDAP's server as a process of its own, in a folder of its own, on a free loopback port. It
 * knows ann (password {@code secret of ann}, employee type {@code dashboards}, in group {@code
 * sensors}) and anton ({@code secret of anton}, in group {@code admins}).
 */
final class LdapServer implements AutoCloseable {
  static final String PEOPLE = "ou=people,dc=plant,dc=test";
  static final String GROUPS = "ou=groups,dc=plant,dc=test";
  static final String ADMIN = "cn=admin,dc=plant,dc=test";
  static final String ADMIN_PASSWORD = "secret of admin";

  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Path SCHEMA = Path.of("/etc/ldap/schema");
  private static final Path MODULES = Path.of("/usr/lib/ldap");

  private final String slapd;
  private final Path folder;
  private final int port = BrokerProcess.freePort();
  private Process process;

  /** Starts it; skips the test where it is not installed. */
  LdapServer() throws Exception {
    slapd = Tool.require("slapd", "slapd");
    String slapadd = Tool.require("slapadd", "slapd");
    Tool.skipUnless(Files.isDirectory(SCHEMA), SCHEMA + " is missing; install slapd");
    Path work = Path.of(System.getProperty("work.dir"));
    Files.createDirectories(work);
    folder = Files.createTempDirectory(work, "slapd-").toAbsolutePath();
    Files.createDirectory(folder.resolve("db"));
    Files.writeString(configuration(), configurationText());
    Path ldif = folder.resolve("plant.ldif");
    Files.writeString(ldif, directory());
    Tool.Result result =
        Tool.run(LIMIT, slapadd, "-f", configuration().toString(), "-l", ldif.toString());
    assertEquals(0, result.exit(), result.output());
    start();
  }

  String url() {
    return "ldap://127.0.0.1:" + port;
  }

  /** Starts it again after {@link #stop}, at the same port. */
  void start() throws Exception {
    process =
        new ProcessBuilder(slapd, "-f", configuration().toString(), "-h", url() + "/", "-d", "0")
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("slapd.log").toFile())
            .start();
    Process started = process;
    Runtime.getRuntime().addShutdownHook(new Thread(started::destroyForcibly));
    Await.until("slapd listens", LIMIT, this::listens);
  }

  private boolean listens() throws IOException {
    if (!process.isAlive()) {
      throw new AssertionError(Files.readString(folder.resolve("slapd.log")));
    }
    try (Socket socket = new Socket(InetAddress.getByName("127.0.0.1"), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false; // not yet
    }
  }

  void stop() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(20, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
    }
  }

  @Override
  public void close() throws IOException, InterruptedException {
    stop();
    try (Stream<Path> paths = Files.walk(folder)) {
      paths.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
    }
  }

  private Path configuration() {
    return folder.resolve("slapd.conf");
  }

  private String configurationText() {
    return """
    include %1$s/core.schema
    include %1$s/cosine.schema
    include %1$s/inetorgperson.schema
    modulepath %2$s
    moduleload back_mdb
    database mdb
    maxsize 10485760
    suffix "dc=plant,dc=test"
    rootdn "%3$s"
    rootpw "%4$s"
    directory "%5$s"
    """
        .formatted(SCHEMA, MODULES, ADMIN, ADMIN_PASSWORD, folder.resolve("db"));
  }

  private static String directory() {
    return """
    dn: dc=plant,dc=test
    objectClass: dcObject
    objectClass: organization
    o: plant
    dc: plant

    dn: %1$s
    objectClass: organizationalUnit
    ou: people

    dn: %2$s
    objectClass: organizationalUnit
    ou: groups

    """
            .formatted(PEOPLE, GROUPS)
        + person("ann", "dashboards", "sensors")
        + person("anton", "operators", "admins");
  }

  private static String person(String uid, String type, String group) {
    return """
    dn: uid=%1$s,%4$s
    objectClass: inetOrgPerson
    uid: %1$s
    cn: %1$s
    sn: %1$s
    employeeType: %2$s
    userPassword: secret of %1$s

    dn: cn=%3$s,%5$s
    objectClass: groupOfNames
    cn: %3$s
    member: uid=%1$s,%4$s

    """
        .formatted(uid, type, group, PEOPLE, GROUPS);
  }
}
