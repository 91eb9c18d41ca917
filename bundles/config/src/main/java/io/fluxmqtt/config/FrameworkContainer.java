package io.fluxmqtt.config;

import io.fluxmqtt.api.admin.BrokerAdmin;
import io.fluxmqtt.api.admin.StoreAdmin;
import io.fluxmqtt.api.config.ConfigurationChecker;
import io.fluxmqtt.api.spi.access.Authorizer;
import io.fluxmqtt.api.spi.auth.Authenticator;
import io.fluxmqtt.api.spi.auth.EnhancedAuthenticator;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Dictionary;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/** What is there in the framework. Any thread. */
final class FrameworkContainer implements Container {
  private static final String METATYPE = "OSGI-INF/metatype";
  private static final String OURS = "io.fluxmqtt.";

  private final BundleContext context;
  private final ConfigurationAdmin admin;
  private final Map<ConfigurationChecker, List<String>> checkers;
  private final Supplier<Optional<BrokerAdmin>> broker;
  private final Supplier<Optional<StoreAdmin>> store;

  FrameworkContainer(
      BundleContext context,
      ConfigurationAdmin admin,
      Map<ConfigurationChecker, List<String>> checkers,
      Supplier<Optional<BrokerAdmin>> broker,
      Supplier<Optional<StoreAdmin>> store) {
    this.context = context;
    this.admin = admin;
    this.checkers = checkers;
    this.broker = broker;
    this.store = store;
  }

  @Override
  public List<Definition> definitions() throws IOException {
    Map<String, Definition> byPid = new TreeMap<>();
    for (Bundle bundle : context.getBundles()) {
      if (bundle.getState() < Bundle.RESOLVED) {
        continue; // such as one that cannot run here
      }
      Enumeration<URL> files = bundle.findEntries(METATYPE, "*.xml", false);
      while (files != null && files.hasMoreElements()) {
        try (InputStream in = files.nextElement().openStream()) {
          MetatypeReader.read(String.valueOf(bundle.getSymbolicName()), in).stream()
              .filter(each -> each.pid().startsWith(OURS))
              .forEach(each -> byPid.putIfAbsent(each.pid(), each));
        }
      }
    }
    return List.copyOf(byPid.values());
  }

  @Override
  public List<ConfigurationChecker> checkers(String pid) {
    return checkers.entrySet().stream()
        .filter(each -> each.getValue().contains(pid))
        .map(Map.Entry::getKey)
        .toList();
  }

  @Override
  public List<Policy> policies() {
    List<Policy> policies = new ArrayList<>();
    add(policies, "authenticators", Authenticator.class, Authenticator.NAME);
    add(
        policies,
        "enhancedAuthenticators",
        EnhancedAuthenticator.class,
        EnhancedAuthenticator.NAME);
    add(policies, "authorizers", Authorizer.class, Authorizer.NAME);
    policies.sort(Comparator.comparing(Policy::role).thenComparing(Policy::name));
    return policies;
  }

  private <S> void add(List<Policy> policies, String role, Class<S> type, String nameProperty) {
    try {
      for (ServiceReference<S> each : context.getServiceReferences(type, null)) {
        if (each.getProperty(nameProperty) instanceof String name) {
          boolean anonymous =
              Boolean.parseBoolean(String.valueOf(each.getProperty(Authenticator.ANONYMOUS)));
          policies.add(new Policy(role, name.strip(), anonymous));
        }
      }
    } catch (InvalidSyntaxException e) {
      throw new IllegalStateException("there is no filter", e);
    }
  }

  @Override
  public Optional<Map<String, Object>> configuration(String pid) throws IOException {
    try {
      // A listing makes none that is not there, as getConfiguration would.
      Configuration[] found = admin.listConfigurations("(service.pid=" + escaped(pid) + ")");
      if (found == null) {
        return Optional.empty();
      }
      Dictionary<String, Object> properties = found[0].getProperties();
      return properties == null ? Optional.empty() : Optional.of(asMap(properties));
    } catch (InvalidSyntaxException e) {
      throw new IOException(pid, e);
    } catch (IllegalStateException e) { // deleted meanwhile
      return Optional.empty();
    }
  }

  private static String escaped(String text) {
    return text.replaceAll("([\\\\*()])", "\\\\$1");
  }

  private static Map<String, Object> asMap(Dictionary<String, Object> properties) {
    Map<String, Object> map = new HashMap<>();
    for (String key : Collections.list(properties.keys())) {
      map.put(key, properties.get(key));
    }
    return map;
  }

  @Override
  public Optional<BrokerAdmin> broker() {
    return broker.get();
  }

  @Override
  public Optional<StoreAdmin> store() {
    return store.get();
  }
}
