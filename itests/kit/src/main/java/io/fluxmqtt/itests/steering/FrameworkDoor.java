package io.fluxmqtt.itests.steering;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.StringJoiner;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

/**
 * A bundle for tests only: a loopback port (system property {@code itests.door.port}) on which each
 * line is a command to the framework, answered by {@code ok} or {@code error}:
 *
 * <ul>
 *   <li>{@code install <file>}: installs and starts a bundle
 *   <li>{@code update <symbolic name> <file>}: updates a bundle from a file
 *   <li>{@code uninstall <symbolic name>}
 *   <li>{@code statistics}: what the broker has counted follows the {@code ok}
 *   <li>{@code services}: each service with its properties in Base64, with commas in between
 *   <li>{@code health}: the names of those health checks that are red follow the {@code ok}
 * </ul>
 */
public final class FrameworkDoor implements BundleActivator {
  private static final String HEALTH_CHECK = "org.apache.felix.hc.api.HealthCheck";
  private static final Set<String> GREEN = Set.of("OK", "WARN");
  private static final String STATISTICS = "io.fluxmqtt.api.admin.BrokerStatistics";

  private ServerSocket server;
  private BundleContext context;
  private int installed;

  @Override
  public void start(BundleContext bundleContext) throws IOException {
    context = bundleContext;
    int port = Integer.parseInt(bundleContext.getProperty("itests.door.port"));
    server = new ServerSocket(port, 5, InetAddress.getByName("127.0.0.1"));
    Thread thread = new Thread(this::serve, "itests-door");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void stop(BundleContext bundleContext) throws IOException {
    server.close();
  }

  private void serve() {
    while (!server.isClosed()) {
      try (Socket socket = server.accept();
          BufferedReader in =
              new BufferedReader(
                  new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
          PrintWriter out =
              new PrintWriter(socket.getOutputStream(), true, StandardCharsets.UTF_8)) {
        for (String line = in.readLine(); line != null; line = in.readLine()) {
          out.println(answer(line.split(" ")));
        }
      } catch (IOException e) {
        // This visitor has gone, or the bundle is stopped.
      }
    }
  }

  private String answer(String[] words) {
    try {
      switch (words[0]) {
        case "install" -> install(words[1]);
        case "update" -> update(words[1], words[2]);
        case "uninstall" -> find(words[1]).uninstall();
        case "statistics" -> {
          return "ok " + statistics();
        }
        case "services" -> {
          return "ok " + services();
        }
        case "health" -> {
          return "ok " + red();
        }
        default -> throw new IllegalArgumentException(words[0]);
      }
      return "ok";
    } catch (Exception e) {
      return "error " + e;
    }
  }

  private void install(String file) throws IOException, BundleException {
    try (InputStream in = Files.newInputStream(Path.of(file))) {
      context.installBundle("itests:" + ++installed, in).start();
    }
  }

  private void update(String symbolicName, String file) throws IOException, BundleException {
    try (InputStream in = Files.newInputStream(Path.of(file))) {
      find(symbolicName).update(in);
    }
  }

  /** Asks the broker's service by reflection: this bundle sees none of its classes. */
  private Object statistics() throws InvalidSyntaxException, ReflectiveOperationException {
    ServiceReference<?>[] found = context.getAllServiceReferences(STATISTICS, null);
    if (found == null) {
      throw new IllegalStateException("no service " + STATISTICS);
    }
    return ask(found[0], STATISTICS, "snapshot");
  }

  private String services() throws InvalidSyntaxException {
    StringJoiner all = new StringJoiner(",");
    for (ServiceReference<?> each : context.getAllServiceReferences(null, null)) {
      StringBuilder line = new StringBuilder();
      for (String key : each.getPropertyKeys()) {
        // Arrays of all kinds in one, to the bottom.
        String value = Arrays.deepToString(new Object[] {each.getProperty(key)});
        line.append(key).append('=').append(value).append(' ');
      }
      all.add(Base64.getEncoder().encodeToString(line.toString().getBytes(StandardCharsets.UTF_8)));
    }
    return all.toString();
  }

  private List<String> red() throws InvalidSyntaxException, ReflectiveOperationException {
    ServiceReference<?>[] found = context.getAllServiceReferences(HEALTH_CHECK, null);
    if (found == null) {
      throw new IllegalStateException("no service " + HEALTH_CHECK);
    }
    List<String> red = new ArrayList<>();
    for (ServiceReference<?> check : found) {
      Object result = ask(check, HEALTH_CHECK, "execute");
      Object status = result.getClass().getMethod("getStatus").invoke(result);
      if (!GREEN.contains(status.toString())) {
        red.add(String.valueOf(check.getProperty("hc.name")));
      }
    }
    return red;
  }

  private Object ask(ServiceReference<?> reference, String type, String method)
      throws ReflectiveOperationException {
    Object service = context.getService(reference);
    ClassLoader loader = service.getClass().getClassLoader();
    return Class.forName(type, false, loader).getMethod(method).invoke(service);
  }

  private Bundle find(String symbolicName) {
    for (Bundle bundle : context.getBundles()) {
      if (symbolicName.equals(bundle.getSymbolicName())) {
        return bundle;
      }
    }
    throw new IllegalArgumentException("no bundle " + symbolicName);
  }
}
