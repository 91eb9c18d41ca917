package io.fluxmqtt.itests.felix;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;
import static org.junit.Assert.fail;
import static org.ops4j.pax.exam.CoreOptions.bundle;
import static org.ops4j.pax.exam.CoreOptions.frameworkProperty;
import static org.ops4j.pax.exam.CoreOptions.junitBundles;
import static org.ops4j.pax.exam.CoreOptions.options;
import static org.ops4j.pax.exam.CoreOptions.streamBundle;
import static org.ops4j.pax.exam.CoreOptions.systemProperty;

import io.fluxmqtt.api.admin.BrokerAdmin;
import io.fluxmqtt.api.admin.ListenerInfo;
import io.fluxmqtt.api.spi.store.KvEngine;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.lang.ref.WeakReference;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarFile;
import javax.inject.Inject;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.ops4j.pax.tinybundles.TinyBundles;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.wiring.BundleWiring;
import org.osgi.framework.wiring.FrameworkWiring;
import org.osgi.service.cm.ConfigurationAdmin;

/** Bundles and configurations of the shipped runtime change while clients are connected. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class FelixIT {
  private static final String ACL = "io.fluxmqtt.acl";
  private static final String AUTH_FILE = "io.fluxmqtt.auth.file";
  private static final String STORE = "io.fluxmqtt.store";
  private static final String ROCKSDB = "io.fluxmqtt.store.rocksdb";

  @Inject private BundleContext context;
  @Inject private ConfigurationAdmin configurations;

  private final BlockingQueue<String> received = new LinkedBlockingQueue<>();
  private final List<MqttClient> clients = new ArrayList<>();

  /** The bundles of the runtime, with its configuration on a port that is free. */
  @Configuration
  public Option[] configuration() throws IOException {
    List<Option> all = new ArrayList<>();
    for (File jar : jars(Path.of(System.getProperty("runtime.home"), "bundle"))) {
      all.add(install(jar));
    }
    for (File jar : jars(Path.of(System.getProperty("clients.dir")))) {
      all.add(install(jar));
    }
    all.add(streamBundle(throwingPlugin()));
    all.add(junitBundles());
    all.add(frameworkProperty("felix.fileinstall.dir").value(etc().toString()));
    all.add(frameworkProperty("felix.fileinstall.poll").value("200"));
    all.add(frameworkProperty("felix.fileinstall.noInitialDelay").value("true"));
    all.add(frameworkProperty("felix.fileinstall.enableConfigSave").value("false"));
    all.add(frameworkProperty("flux.mqtt.data").value(data().toString()));
    all.add(systemProperty("runtime.home").value(System.getProperty("runtime.home")));
    return options(all.toArray(new Option[0]));
  }

  private static Option install(File jar) throws IOException {
    try (JarFile file = new JarFile(jar)) {
      boolean fragment = file.getManifest().getMainAttributes().getValue("Fragment-Host") != null;
      var option = bundle(jar.toURI().toString());
      return fragment ? option.noStart() : option;
    }
  }

  private static InputStream throwingPlugin() {
    return TinyBundles.bundle()
        .addClass(ThrowingPlugin.class)
        .setHeader("Bundle-SymbolicName", ThrowingPlugin.BUNDLE)
        .setHeader("Bundle-Activator", ThrowingPlugin.class.getName())
        .setHeader(
            "Import-Package",
            "org.osgi.framework,io.fluxmqtt.api.spi.access,io.fluxmqtt.api.spi.auth,"
                + "io.fluxmqtt.api.message")
        .build(TinyBundles.rawBuilder());
  }

  private static Path data() throws IOException {
    return Files.createTempDirectory(Path.of(System.getProperty("work.dir")), "data");
  }

  /** A copy of the shipped etc on a free port. */
  private static Path etc() throws IOException {
    Path work = Path.of(System.getProperty("work.dir"));
    Files.createDirectories(work);
    Path etc = Files.createTempDirectory(work, "etc");
    for (File file : Path.of(System.getProperty("runtime.home"), "etc").toFile().listFiles()) {
      String text = Files.readString(file.toPath());
      if (file.getName().equals("io.fluxmqtt.listener-default.cfg")) {
        text = text.replaceAll("(?m)^\\s*#?\\s*port\\s*=.*$", "port = " + freePort());
      }
      Files.writeString(etc.resolve(file.getName()), text);
    }
    return etc;
  }

  @Before
  public void awaitBroker() throws Exception {
    await("the broker listens", () -> address() != null);
    await(
        "a client is served",
        () -> {
          connect("probe", null).disconnect();
          return true;
        });
  }

  @After
  public void closeClients() throws MqttException {
    for (MqttClient client : clients) {
      if (client.isConnected()) {
        client.disconnect();
      }
      client.close();
    }
  }

  @Test
  public void authenticatorIsExchangedWhileAClientStaysConnected() throws Exception {
    MqttClient client = listening("stays");
    Path file = Files.createTempFile("users", ".passwd");
    Files.writeString(file, MosquittoPassword.line("ann", "secret"));
    var users = configurations.getFactoryConfiguration(AUTH_FILE, "users", "?");
    users.update(dictionary("passwordFile", file.toString()));
    var access = configurations.getConfiguration("io.fluxmqtt.access", "?");
    Dictionary<String, Object> before = access.getProperties();
    access.update(dictionary("authenticators", "file"));
    try {
      await("anonymous is refused", () -> refused("guest", null));
      await("ann is accepted", () -> !refused("ann", "secret"));
      assertTrue(refused("ann", "wrong"));

      for (int i = 0; i < 5; i++) {
        update(AUTH_FILE);
        assertTrue("within the grace nobody gets in by luck", refused("ann", "wrong"));
        await("ann is accepted again", () -> !refused("ann", "secret"));
      }
      client.publish("felix/t", "still here".getBytes(), 1, false);
      assertEquals("still here", received.poll(10, TimeUnit.SECONDS));
      assertTrue(client.isConnected());
    } finally {
      if (before == null) {
        access.delete();
      } else {
        access.update(before);
      }
      users.delete();
      Files.delete(file);
    }
  }

  @Test
  public void aListenerIsMovedByConfigurationAdmin() throws Exception {
    MqttClient client = listening("neighbour");
    var second = configurations.getFactoryConfiguration("io.fluxmqtt.listener", "second", "?");
    try {
      int port = freePort();
      second.update(listener(port));
      await("the second listener answers", () -> connects(port));
      int moved = freePort();
      second.update(listener(moved));
      await("it has moved", () -> connects(moved) && !connects(port));
      client.publish("felix/t", "untouched".getBytes(), 1, false);
      assertEquals("untouched", received.poll(10, TimeUnit.SECONDS));
    } finally {
      second.delete();
    }
  }

  @Test
  public void aPluginThatThrowsDeniesOneRequestAndIsNamed() throws Exception {
    var access = configurations.getConfiguration("io.fluxmqtt.access", "?");
    Dictionary<String, Object> before = access.getProperties();
    PrintStream out = System.out;
    PrintStream err = System.err;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    try (PrintStream capture = new PrintStream(printed, true)) {
      System.setOut(capture);
      System.setErr(capture);
      access.update(dictionary("authorizers", ThrowingPlugin.NAME + ",acl"));
      await(
          "the plug-in is asked and named",
          () -> {
            MqttClient client = connect("victim", null);
            client.publish(ThrowingPlugin.TOPIC, "x".getBytes(), 1, false);
            client.disconnect();
            return printed.toString().contains(ThrowingPlugin.BUNDLE);
          });
      MqttClient client = listening("watcher");
      client.subscribe("boom/#", 1, (topic, message) -> received.add("denied " + topic));
      client.publish(ThrowingPlugin.TOPIC, "x".getBytes(), 1, false);
      client.publish("felix/t", "allowed".getBytes(), 1, false);
      assertEquals("allowed", received.poll(10, TimeUnit.SECONDS));
    } finally {
      System.setOut(out);
      System.setErr(err);
      if (before == null) {
        access.delete();
      } else {
        access.update(before);
      }
    }
  }

  @Test
  public void anUpdateOfTheEngineOnRocksDbKeepsWhatIsStored() throws Exception {
    MqttClient publisher = connect("publisher", null);
    publisher.publish("felix/kept", "on disk".getBytes(), 1, true);
    publisher.disconnect();
    update(ROCKSDB);
    BlockingQueue<String> kept = new LinkedBlockingQueue<>();
    await(
        "a client is served",
        () -> {
          MqttClient client = connect("subscriber", null);
          client.subscribe("felix/kept", 1, (topic, message) -> kept.add(message.toString()));
          return true;
        });
    assertEquals("on disk", kept.poll(10, TimeUnit.SECONDS));
    assertTrue("its native library runs from another class loader", isRocksDbAvailable());
  }

  private boolean isRocksDbAvailable() {
    try {
      return !context
          .getServiceReferences(
              KvEngine.class, "(&(" + KvEngine.NAME + "=rocksdb)(" + KvEngine.AVAILABLE + "=true))")
          .isEmpty();
    } catch (InvalidSyntaxException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  public void restartOfTheStoreTellsClientsAndTheyReturn() throws Exception {
    URI address = address();
    try (Socket socket = new Socket(address.getHost(), address.getPort())) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(connect5());
      DataInputStream in = new DataInputStream(socket.getInputStream());
      assertEquals("CONNACK", 0x20, in.read());
      in.readNBytes(in.read());

      Bundle store = bundleOf(STORE);
      store.stop();
      try {
        assertEquals("DISCONNECT", 0xE0, in.read());
        assertEquals("SERVER_SHUTTING_DOWN", (byte) 0x8B, in.readNBytes(in.read())[0]);
        assertEquals("closed", -1, in.read());
      } finally {
        store.start();
      }
    }
    await(
        "clients can return",
        () -> {
          connect("returns", null).disconnect();
          return true;
        });
  }

  @Test
  public void updatesLeaveNoClassesBehind() throws Exception {
    MqttClient client = listening("witness");
    for (String bundle : List.of(ACL, AUTH_FILE)) {
      List<WeakReference<ClassLoader>> loaders = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        loaders.add(
            new WeakReference<>(bundleOf(bundle).adapt(BundleWiring.class).getClassLoader()));
        update(bundle);
        client.publish("felix/other", "x".getBytes(), 1, false);
      }
      await(
          "the class loaders of " + bundle + " are collected",
          () -> {
            System.gc();
            return loaders.stream().allMatch(each -> each.get() == null);
          });
    }
    assertTrue(client.isConnected());
  }

  /** Updates a bundle from its own jar and has the framework drop the old revision. */
  private void update(String symbolicName) throws Exception {
    Bundle bundle = bundleOf(symbolicName);
    Path folder = Path.of(System.getProperty("runtime.home"), "bundle");
    File jar =
        Arrays.stream(jars(folder))
            .filter(each -> each.getName().contains(symbolicName + "-"))
            .findFirst()
            .orElseThrow();
    try (InputStream in = Files.newInputStream(jar.toPath())) {
      bundle.update(in);
    }
    CountDownLatch refreshed = new CountDownLatch(1);
    context
        .getBundle(0)
        .adapt(FrameworkWiring.class)
        .refreshBundles(List.of(bundle), event -> refreshed.countDown());
    assertTrue("refreshed", refreshed.await(20, TimeUnit.SECONDS));
    await(symbolicName + " is active", () -> bundle.getState() == Bundle.ACTIVE);
  }

  private Bundle bundleOf(String symbolicName) throws BundleException {
    return Arrays.stream(context.getBundles())
        .filter(each -> symbolicName.equals(each.getSymbolicName()))
        .findFirst()
        .orElseThrow(() -> new BundleException("no " + symbolicName));
  }

  /** Where the default listener is bound, or null. The service may be another one each time. */
  private URI address() {
    ServiceReference<BrokerAdmin> reference = context.getServiceReference(BrokerAdmin.class);
    BrokerAdmin now = reference == null ? null : context.getService(reference);
    return now == null ? null : address(now);
  }

  private static URI address(BrokerAdmin admin) {
    return admin.listeners().stream()
        .filter(each -> each.name().equals("default"))
        .filter(each -> each.state() == ListenerInfo.State.LISTENING)
        .map(each -> URI.create(each.uri()))
        .findFirst()
        .orElse(null);
  }

  private MqttClient connect(String user, String password) throws MqttException {
    URI address = address();
    if (address == null) {
      throw new MqttException(MqttException.REASON_CODE_BROKER_UNAVAILABLE);
    }
    return connect(address.toString(), user, password);
  }

  private MqttClient connect(String uri, String user, String password) throws MqttException {
    MqttClient client = new MqttClient(uri, user + "-" + clients.size(), new MemoryPersistence());
    clients.add(client);
    client.setTimeToWait(TimeUnit.SECONDS.toMillis(10));
    MqttConnectOptions options = new MqttConnectOptions();
    options.setMqttVersion(MqttConnectOptions.MQTT_VERSION_3_1_1);
    if (password != null) {
      options.setUserName(user);
      options.setPassword(password.toCharArray());
    }
    client.connect(options);
    return client;
  }

  private MqttClient listening(String id) throws MqttException {
    MqttClient client = connect(id, null);
    client.subscribe("felix/t", 1, (topic, message) -> received.add(message.toString()));
    return client;
  }

  private boolean refused(String user, String password) throws MqttException {
    try {
      connect(user, password).disconnect();
      return false;
    } catch (MqttException e) {
      int reason = e.getReasonCode();
      assertTrue(
          "refused for another reason: " + e,
          reason == MqttException.REASON_CODE_FAILED_AUTHENTICATION
              || reason == MqttException.REASON_CODE_NOT_AUTHORIZED
              || reason == MqttException.REASON_CODE_BROKER_UNAVAILABLE);
      return true;
    }
  }

  private boolean connects(int port) {
    try {
      connect("tcp://127.0.0.1:" + port, "port", null).disconnect();
      return true;
    } catch (MqttException e) {
      return false;
    }
  }

  private static Dictionary<String, Object> listener(int port) {
    Dictionary<String, Object> listener = dictionary("host", "127.0.0.1");
    listener.put("port", port);
    return listener;
  }

  private static Dictionary<String, Object> dictionary(String key, String value) {
    return new Hashtable<>(Map.of(key, value));
  }

  /** A CONNECT of 5.0 with the Client Identifier "raw". */
  private static byte[] connect5() {
    return new byte[] {0x10, 16, 0, 4, 'M', 'Q', 'T', 'T', 5, 2, 0, 0, 0, 0, 3, 'r', 'a', 'w'};
  }

  private static File[] jars(Path folder) {
    File[] jars = folder.toFile().listFiles((parent, name) -> name.endsWith(".jar"));
    if (jars == null) {
      throw new IllegalStateException("no folder " + folder);
    }
    Arrays.sort(jars);
    return jars;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      return socket.getLocalPort();
    }
  }

  private static void await(String what, Callable<Boolean> condition) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    Exception last = null;
    while (System.nanoTime() < end) {
      try {
        if (condition.call()) {
          return;
        }
      } catch (MqttException e) {
        last = e; // not yet
      }
      Thread.sleep(20);
    }
    fail("not within 20 s: " + what + (last == null ? "" : ", " + last));
  }
}
