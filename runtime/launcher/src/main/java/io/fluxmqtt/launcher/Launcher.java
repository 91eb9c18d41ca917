package io.fluxmqtt.launcher;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.Consumer;
import org.apache.felix.framework.FrameworkFactory;
import org.apache.felix.main.Main;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.wiring.BundleRevision;

/**
 * Starts Felix with every jar of {@code bundle/}, in the order of their names. Felix's own launcher
 * copies each into its cache; here they are run from where they lie, which saves the start writing
 * them and deleting what the last start wrote.
 */
public final class Launcher {
  private Launcher() {}

  /** Runs until the framework has stopped. */
  public static void main(String[] arguments) throws Exception {
    configureLogging(
        new File(System.getProperty("flux.mqtt.home"), "conf/simplelogger.properties"));
    Map<String, String> configuration = Main.loadConfigProperties();
    Main.copySystemProperties(configuration);
    OldCache.setAside(new File(configuration.get(Constants.FRAMEWORK_STORAGE)));
    Framework framework = new FrameworkFactory().newFramework(configuration);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(framework), "flux-mqtt-stop"));
    framework.init();
    Consumer<String> ready = Boolean.getBoolean(Exercise.PROPERTY) ? exercise() : Launcher::ready;
    announceTo(framework.getBundleContext(), ready);
    startAll(framework.getBundleContext());
    framework.start();
    int end;
    do {
      end = framework.waitForStop(0).getType();
      if (end == FrameworkEvent.STOPPED_UPDATE) {
        framework.start();
      }
    } while (end == FrameworkEvent.STOPPED_UPDATE);
    System.exit(0);
  }

  /**
   * Its folder is not on the class path, on which a class-data archive allows jars only. What
   * JAVA_OPTS set stays.
   */
  static void configureLogging(File file) throws IOException {
    Properties settings = new Properties();
    try (InputStream in = new FileInputStream(file)) {
      settings.load(in);
    }
    settings.forEach(System.getProperties()::putIfAbsent);
  }

  private static void announceTo(BundleContext context, Consumer<String> ready) {
    Hashtable<String, Object> when = new Hashtable<>();
    when.put("flux.mqtt.when", "ready");
    context.registerService(Consumer.class, ready, when);
  }

  private static Consumer<String> exercise() {
    Exercise.endWithParent();
    return Exercise::begin;
  }

  private static void ready(String line) {
    Thread thread = new Thread(Launcher::afterwards, "flux-mqtt-launcher");
    thread.setDaemon(true);
    thread.setPriority(Thread.MIN_PRIORITY);
    thread.start();
    System.out.println(line); // the one line that scripts wait for
  }

  /** What can wait until the clients of the last start are back. */
  private static void afterwards() {
    try {
      Thread.sleep(Long.getLong("flux.mqtt.afterwards.millis", 5_000));
      OldCache.delete();
      String archive = System.getProperty(Archive.PROPERTY, "");
      if (!archive.isEmpty()) {
        Training.run(Path.of(archive));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void startAll(BundleContext context) {
    List<Bundle> installed = new ArrayList<>();
    for (File jar : jars(new File(System.getProperty("flux.mqtt.home"), "bundle"))) {
      attempt(jar.getName(), () -> installed.add(context.installBundle(reference(jar))));
    }
    for (Bundle bundle : installed) {
      if ((bundle.adapt(BundleRevision.class).getTypes() & BundleRevision.TYPE_FRAGMENT) == 0) {
        attempt(bundle.getSymbolicName(), bundle::start);
      }
    }
  }

  private static File[] jars(File folder) {
    File[] jars = folder.listFiles((in, name) -> name.endsWith(".jar"));
    if (jars == null) {
      throw new IllegalStateException("no folder " + folder);
    }
    Arrays.sort(jars);
    return jars;
  }

  /** The framework decodes it as a form, in which a plus is a space. */
  static String reference(File jar) {
    return "reference:" + jar.toURI().toASCIIString().replace("+", "%2B");
  }

  private interface Step {
    void run() throws BundleException;
  }

  /** One bundle that is broken does not hold up the others. */
  private static void attempt(String name, Step step) {
    try {
      step.run();
    } catch (BundleException e) {
      System.err.println("flux-mqtt: " + name + " is left out: " + e);
    }
  }

  private static void stop(Framework framework) {
    Training.end();
    try {
      framework.stop();
      framework.waitForStop(0);
    } catch (BundleException | InterruptedException e) {
      System.err.println("flux-mqtt: stopping: " + e);
    }
  }
}
