package io.fluxmqtt.itests.karaf;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;
import static org.junit.Assert.fail;
import static org.ops4j.pax.exam.CoreOptions.bundle;
import static org.ops4j.pax.exam.CoreOptions.options;
import static org.ops4j.pax.exam.CoreOptions.systemTimeout;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.configureConsole;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.editConfigurationFilePut;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.karafDistributionConfiguration;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.logLevel;

import io.fluxmqtt.api.admin.BrokerAdmin;
import io.fluxmqtt.api.admin.ListenerInfo;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.PrivilegedAction;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.inject.Inject;
import javax.security.auth.Subject;
import org.apache.karaf.features.FeaturesService;
import org.apache.karaf.jaas.boot.principal.RolePrincipal;
import org.apache.karaf.jaas.boot.principal.UserPrincipal;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.api.console.SessionFactory;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.junit.Before;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.container.remote.RBCRemoteTargetOptions;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.karaf.options.LogLevelOption;
import org.ops4j.pax.exam.options.extra.VMOption;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Version;

/** The custom distribution of Karaf: the broker in it, its commands and its features. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class KarafIT {
  private static final String LISTENER = "etc/io.fluxmqtt.listener-default.cfg";
  private static final String HTTP = "etc/org.apache.felix.http.cfg";
  private static final String OPTIONAL_BUNDLE = "io.fluxmqtt.auth.file";
  private static final Version NETTY_FLOOR = new Version(4, 2, 18);
  private static final int START_MILLIS = 120_000;

  @Inject private BundleContext context;
  @Inject private BrokerAdmin admin;
  @Inject private SessionFactory shells;
  @Inject private FeaturesService features;

  /** The distribution, as bin/karaf would start it, on free ports. */
  @Configuration
  public Option[] configuration() throws IOException {
    String dist = System.getProperty("dist.dir");
    String version = System.getProperty("karaf.version");
    List<Option> all =
        List.of(
            karafDistributionConfiguration()
                .frameworkUrl(new File(dist, "karaf.tar.gz").toURI().toString())
                .name("Flux MQTT")
                .karafVersion(version)
                .unpackDirectory(new File(System.getProperty("work.dir"), "exam"))
                .useDeployFolder(false),
            configureConsole().ignoreLocalConsole().ignoreRemoteShell(),
            logLevel(LogLevelOption.LogLevel.INFO),
            editConfigurationFilePut(LISTENER, "host", "127.0.0.1"),
            editConfigurationFilePut(LISTENER, "port", String.valueOf(freePort())),
            editConfigurationFilePut(HTTP, "org.apache.felix.http.host", "127.0.0.1"),
            editConfigurationFilePut(
                HTTP, "org.osgi.service.http.port", String.valueOf(freePort())),
            systemTimeout(START_MILLIS),
            RBCRemoteTargetOptions.waitForRBCFor(START_MILLIS),
            bundle(new File(dist, "paho.jar").toURI().toString()));
    Option[] jvm = jvmOptions(version).map(VMOption::new).toArray(Option[]::new);
    return options(
        java.util.stream.Stream.concat(all.stream(), Arrays.stream(jvm)).toArray(Option[]::new));
  }

  /** What bin/karaf passes to a Java of modules. */
  private static java.util.stream.Stream<String> jvmOptions(String version) {
    String endorsed = "lib/endorsed/org.apache.karaf.specs.";
    return java.util.stream.Stream.of(
        "--add-reads=java.xml=java.logging",
        "--add-exports=java.base/org.apache.karaf.specs.locator=java.xml,ALL-UNNAMED",
        "--patch-module",
        "java.base=" + endorsed + "locator-" + version + ".jar",
        "--patch-module",
        "java.xml=" + endorsed + "java.xml-" + version + ".jar",
        "--add-opens",
        "java.base/java.security=ALL-UNNAMED",
        "--add-opens",
        "java.base/java.net=ALL-UNNAMED",
        "--add-opens",
        "java.base/java.lang=ALL-UNNAMED",
        "--add-opens",
        "java.base/java.util=ALL-UNNAMED",
        "--add-opens",
        "java.naming/javax.naming.spi=ALL-UNNAMED",
        "--add-opens",
        "java.rmi/sun.rmi.transport.tcp=ALL-UNNAMED",
        "--add-exports=java.base/sun.net.www.protocol.file=ALL-UNNAMED",
        "--add-exports=java.base/sun.net.www.protocol.ftp=ALL-UNNAMED",
        "--add-exports=java.base/sun.net.www.protocol.http=ALL-UNNAMED",
        "--add-exports=java.base/sun.net.www.protocol.https=ALL-UNNAMED",
        "--add-exports=java.base/sun.net.www.protocol.jar=ALL-UNNAMED",
        "--add-exports=java.base/sun.net.www.content.text=ALL-UNNAMED",
        "--add-exports=jdk.naming.rmi/com.sun.jndi.url.rmi=ALL-UNNAMED",
        "-classpath",
        "lib/jdk9plus/*" + File.pathSeparator + "lib/boot/*");
  }

  @Before
  public void awaitBroker() throws Exception {
    await("the broker listens", 60, () -> uri().isPresent());
    await("a client is served", 60, () -> serves(uri().orElseThrow()));
  }

  @Test
  public void aClientConnectsAndIsListed() throws Exception {
    BlockingQueue<String> received = new LinkedBlockingQueue<>();
    try (MqttClient client = client(uri().orElseThrow(), "in-karaf")) {
      client.connect();
      client.subscribe("karaf/t", 2, (topic, message) -> received.add(message.toString()));
      client.publish("karaf/t", "hello".getBytes(StandardCharsets.UTF_8), 2, false);
      assertTrue("hello".equals(received.poll(10, TimeUnit.SECONDS)));

      await(
          "mqtt:client-list shows the client",
          20,
          () -> shell("mqtt:client-list --no-format").contains("in-karaf"));
      String listeners = shell("mqtt:listener-list --no-format");
      assertTrue(listeners, listeners.contains("default"));
      client.disconnect();
    }
  }

  @Test
  public void aClientIsSentElsewhereForGood() throws Exception {
    URI broker = URI.create(uri().orElseThrow());
    try (Socket socket = new Socket(broker.getHost(), broker.getPort())) {
      socket.setSoTimeout(20_000);
      DataInputStream in = new DataInputStream(socket.getInputStream());
      // CONNECT of 5.0 with Client Identifier "movable"
      socket.getOutputStream().write(bytes("101400044d5154540502000000" + "00076d6f7661626c65"));
      assertTrue(in.readUnsignedByte() == 0x20);
      in.readFully(new byte[in.readUnsignedByte()]);

      String printed = shell("mqtt:client-kick --server b:1 --moved movable");

      assertTrue(printed, printed.contains("Sent away client movable"));
      byte[] disconnect = in.readAllBytes(); // 0x9D, Server Reference "b:1"
      assertArrayEquals(bytes("e0089d061c0003623a31"), disconnect);
    }
  }

  @Test
  public void viewersSeeSessionsAndManagersPurgeThem() throws Exception {
    try (MqttClient client = client(uri().orElseThrow(), "to-be-purged")) {
      client.connect();
      await(
          "mqtt:session-list shows a viewer the session",
          20,
          () -> shell("mqtt:session-list --no-format", "viewer").contains("to-be-purged"));
      String purge = "mqtt:session-purge --yes to-be-purged";
      String refused = shell(purge, "viewer");
      assertTrue(refused, refused.contains("CommandNotFoundException"));
      assertTrue(client.isConnected());
      String unasked = shell("mqtt:session-purge to-be-purged", "manager");
      assertTrue(unasked, unasked.contains("--yes does it without asking"));

      String purged = shell(purge, "manager");

      assertTrue(purged, purged.contains("Purged the session of client to-be-purged"));
      await("its connection is closed", 20, () -> !client.isConnected());
      String gone = shell(purge, "manager");
      assertTrue(gone, gone.contains("No session of client to-be-purged"));
    }
  }

  private static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex);
  }

  @Test
  public void anOptionalBundleGoesAndComesWithoutAClientNoticing() throws Exception {
    try (MqttClient client = client(uri().orElseThrow(), "steady")) {
      client.connect();
      Bundle option = bundleOf(OPTIONAL_BUNDLE);
      option.stop();
      client.publish("karaf/t", new byte[0], 1, false);
      option.start();
      client.publish("karaf/t", new byte[0], 1, false);
      assertTrue(client.isConnected());
      client.disconnect();
    }
  }

  @Test
  public void theFeaturesAreInstalled() throws Exception {
    for (String feature : List.of("flux-mqtt", "flux-mqtt-netty")) {
      assertTrue(feature, features.isInstalled(features.getFeature(feature)));
    }
  }

  @Test
  public void metricsAreInstalledWithoutAClientNoticing() throws Exception {
    try (MqttClient client = client(uri().orElseThrow(), "measured")) {
      client.connect();
      client.subscribe("karaf/measured", 0);
      Set<Long> running = ids();

      features.installFeature("flux-mqtt-metrics");

      await("the client is counted", 60, () -> metrics().contains("\nmqtt_connections 1.0\n"));
      assertTrue(metrics().contains("\nmqtt_subscriptions 1.0\n"));
      client.publish("karaf/measured", new byte[0], 1, false);
      assertTrue("no bundle has gone", ids().containsAll(running));
      assertTrue(client.isConnected());
      client.disconnect();
    }
  }

  private Set<Long> ids() {
    return Arrays.stream(context.getBundles())
        .filter(each -> each.getState() == Bundle.ACTIVE)
        .map(Bundle::getBundleId)
        .collect(Collectors.toSet());
  }

  /** The page at the address that is configured, or why there is none. */
  private static String metrics() throws IOException {
    Properties http = new Properties();
    Path file = Path.of(System.getProperty("karaf.etc"), Path.of(HTTP).toFile().getName());
    http.load(Files.newBufferedReader(file));
    URI uri = URI.create("http://127.0.0.1:" + http.get("org.osgi.service.http.port") + "/metrics");
    URLConnection connection = uri.toURL().openConnection();
    connection.setConnectTimeout(5_000);
    connection.setReadTimeout(5_000);
    try (InputStream in = connection.getInputStream()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return e.toString();
    }
  }

  @Test
  public void theStoreIsOnRocksDbInKarafsDataFolder() throws Exception {
    Path folder = Path.of(System.getProperty("karaf.data"), "flux-mqtt", "store", "rocksdb");
    await("its database is there", 20, () -> Files.exists(folder.resolve("1/CURRENT")));
    String engine = "(&(mqtt.engine.name=rocksdb)(mqtt.engine.available=true))";
    assertTrue(
        context.getServiceReferences("io.fluxmqtt.api.spi.store.KvEngine", engine).length == 1);
  }

  @Test
  public void anEditedFileMovesTheListener() throws Exception {
    Path file = Path.of(System.getProperty("karaf.etc"), Path.of(LISTENER).toFile().getName());
    String before = Files.readString(file);
    int port = freePort();
    replace(file, before.replaceAll("(?m)^\\s*port\\s*=.*$", "port = " + port));
    await("the listener moves", 3, () -> serves("tcp://127.0.0.1:" + port));
  }

  @Test
  public void nettyIsNoOlderThanItMayBe() {
    List<Bundle> netty =
        Arrays.stream(context.getBundles())
            .filter(each -> each.getSymbolicName().startsWith("io.netty."))
            .toList();
    assertFalse(netty.isEmpty());
    for (Bundle each : netty) {
      assertTrue(each.toString(), each.getVersion().compareTo(NETTY_FLOOR) >= 0);
    }
  }

  private Bundle bundleOf(String symbolicName) {
    return Arrays.stream(context.getBundles())
        .filter(each -> symbolicName.equals(each.getSymbolicName()))
        .findFirst()
        .orElseThrow();
  }

  private Optional<String> uri() {
    return admin.listeners().stream()
        .filter(each -> each.name().equals("default"))
        .filter(each -> each.state() == ListenerInfo.State.LISTENING)
        .map(ListenerInfo::uri)
        .findFirst();
  }

  /** What a command prints to an administrator; nothing where it is not there yet. */
  private String shell(String command) {
    return shell(command, "admin");
  }

  /** What a command prints to somebody who has a role, or why it failed. */
  @SuppressWarnings("removal") // Karaf 4.4 asks for the Subject of the access control context
  private String shell(String command, String role) {
    Subject subject = new Subject();
    subject.getPrincipals().add(new RolePrincipal(role));
    subject.getPrincipals().add(new UserPrincipal("karaf"));
    return Subject.doAs(subject, (PrivilegedAction<String>) () -> run(command));
  }

  private String run(String command) {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    try (PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8)) {
      Session session = shells.create(new ByteArrayInputStream(new byte[0]), out, out);
      session.put("USER", "karaf");
      session.execute(command);
      session.close();
    } catch (Exception e) { // of the command, or that there is none: the caller looks again
      return e.toString();
    }
    return printed.toString(StandardCharsets.UTF_8);
  }

  private static MqttClient client(String uri, String id) throws MqttException {
    return new MqttClient(uri, id, new MemoryPersistence());
  }

  private static boolean serves(String uri) {
    try (MqttClient client = client(uri, "probe")) {
      client.connect();
      client.disconnect();
      return true;
    } catch (MqttException e) {
      return false;
    }
  }

  /** As editors do: a temporary file, then a rename. */
  private static void replace(Path file, String text) throws IOException {
    Path temporary = Files.createTempFile(file.getParent(), "edit", ".tmp");
    Files.writeString(temporary, text);
    Files.move(
        temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      return socket.getLocalPort();
    }
  }

  private static void await(String what, int seconds, Callable<Boolean> condition)
      throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    while (!condition.call()) {
      if (System.nanoTime() > end) {
        fail("not within " + seconds + " s: " + what);
      }
      Thread.sleep(20);
    }
  }
}
