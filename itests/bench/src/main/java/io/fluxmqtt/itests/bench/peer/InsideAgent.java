package io.fluxmqtt.itests.bench.peer;

import java.io.OutputStream;
import java.lang.instrument.Instrumentation;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;

/** Runs within a broker's JVM; sees its classes only by name. See {@link Inside}. */
public final class InsideAgent {
  private static final String STATISTICS = "io.fluxmqtt.api.admin.BrokerStatistics";
  private static final String NETTY = "io.netty.util.internal.PlatformDependent";
  private static final int COLLECTIONS = 2; // what the first one clears the second may free

  private InsideAgent() {}

  /** Called by the JVM with the file to write. */
  public static void agentmain(String file, Instrumentation jvm) throws Exception {
    Properties found = new Properties();
    for (int i = 0; i < COLLECTIONS; i++) {
      ManagementFactory.getMemoryMXBean().gc();
    }
    put(found, "heap", ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
    long direct = 0;
    for (BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
      direct += pool.getMemoryUsed();
    }
    for (Class<?> type : jvm.getAllLoadedClasses()) {
      if (type.getName().equals(NETTY)) {
        long used = (long) type.getMethod("usedDirectMemory").invoke(null);
        direct += Math.max(0, used); // -1 where netty does not count by itself
      } else if (type.getName().equals(STATISTICS)) {
        drops(type).forEach((reason, count) -> put(found, "dropped." + reason, (Long) count));
      }
    }
    put(found, "direct", direct);
    try (OutputStream out = Files.newOutputStream(Path.of(file))) {
      found.store(out, null);
    }
  }

  /** Finds the service of ours through the framework that loaded its contract. */
  private static Map<?, ?> drops(Class<?> contract) throws ReflectiveOperationException {
    ClassLoader loader = contract.getClassLoader();
    Object bundle = loader.getClass().getMethod("getBundle").invoke(loader);
    Class<?> bundles =
        Class.forName("org.osgi.framework.Bundle", false, loader.getClass().getClassLoader());
    Object context = bundles.getMethod("getBundleContext").invoke(bundle);
    Class<?> contexts =
        Class.forName("org.osgi.framework.BundleContext", false, bundles.getClassLoader());
    Class<?> references =
        Class.forName("org.osgi.framework.ServiceReference", false, bundles.getClassLoader());
    Object reference =
        contexts.getMethod("getServiceReference", String.class).invoke(context, STATISTICS);
    Object service = contexts.getMethod("getService", references).invoke(context, reference);
    Object snapshot = contract.getMethod("snapshot").invoke(service);
    return (Map<?, ?>) snapshot.getClass().getMethod("dropped").invoke(snapshot);
  }

  private static void put(Properties to, String key, long value) {
    to.setProperty(key, String.valueOf(value));
  }
}
