package io.fluxmqtt.itests.blackbox.steering;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.fluxmqtt.api.admin.BrokerConfiguration;
import io.fluxmqtt.api.admin.ConfigurationChange;
import io.fluxmqtt.api.admin.ConfigurationCheck;
import io.fluxmqtt.api.admin.ConfigurationEffect;
import io.fluxmqtt.api.admin.ConfigurationProblem;
import io.fluxmqtt.api.admin.ConfigurationResult;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URLDecoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;

/**
 * A loopback port (system property {@code itests.configuration.port}) on which each line asks the
 * broker's configuration, as shell and console do, and is answered by a line:
 *
 * <ul>
 *   <li>{@code describe <pid>}
 *   <li>{@code check <change> …}
 *   <li>{@code apply <stamp or -> <seconds> <change> …}
 * </ul>
 *
 * <p>A change is {@code <pid>?<key>=<value>&<key>=<value>} as in a URL, or {@code <pid>!} to delete
 * it.
 */
public final class ConfigurationDoor implements BundleActivator {
  private ServerSocket server;
  private BundleContext context;

  @Override
  public void start(BundleContext bundleContext) throws IOException {
    context = bundleContext;
    int port = Integer.parseInt(bundleContext.getProperty("itests.configuration.port"));
    server = new ServerSocket(port, 5, InetAddress.getByName("127.0.0.1"));
    Thread thread = new Thread(this::serve, "itests-configuration-door");
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
              new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
          PrintWriter out = new PrintWriter(socket.getOutputStream(), true, UTF_8)) {
        for (String line = in.readLine(); line != null; line = in.readLine()) {
          out.println(answer(line.split(" ")).replace('\n', ' '));
        }
      } catch (IOException e) {
        // This visitor has gone, or the bundle is stopped.
      }
    }
  }

  private String answer(String[] words) {
    ServiceReference<BrokerConfiguration> reference =
        context.getServiceReference(BrokerConfiguration.class);
    BrokerConfiguration service = reference == null ? null : context.getService(reference);
    if (service == null) {
      return "no service";
    }
    boolean given = true;
    try {
      if (words[0].equals("describe")) {
        return service.describe().stream()
            .filter(each -> each.pid().equals(words[1]))
            .map(String::valueOf)
            .collect(Collectors.joining());
      } else if (words[0].equals("check")) {
        return text(service.check(changes(words, 1)));
      }
      Optional<String> stamp = words[1].equals("-") ? Optional.empty() : Optional.of(words[1]);
      var later = service.apply(changes(words, 3), stamp, Integer.parseInt(words[2]));
      context.ungetService(reference); // as a command that has ended
      given = false;
      ConfigurationResult result = later.toCompletableFuture().join();
      return result.outcome() + " " + result.reasons() + " " + text(result.check());
    } catch (Exception e) {
      return "error " + e;
    } finally {
      if (given) {
        context.ungetService(reference);
      }
    }
  }

  private static String text(ConfigurationCheck check) {
    return "problems="
        + check.problems().stream().map(ConfigurationProblem::text).toList()
        + " effects="
        + check.effects().stream().map(ConfigurationEffect::text).toList()
        + " stamp="
        + check.stamp();
  }

  private static List<ConfigurationChange> changes(String[] words, int from) {
    List<ConfigurationChange> changes = new ArrayList<>();
    for (int i = from; i < words.length; i++) {
      if (words[i].endsWith("!")) {
        changes.add(ConfigurationChange.deletion(words[i].substring(0, words[i].length() - 1)));
        continue;
      }
      String[] parts = words[i].split("\\?", 2);
      Map<String, String> values = new TreeMap<>();
      for (String each : parts[1].split("&")) {
        String[] pair = each.split("=", 2);
        values.put(pair[0], URLDecoder.decode(pair[1], UTF_8));
      }
      changes.add(ConfigurationChange.set(parts[0], values));
    }
    return changes;
  }
}
