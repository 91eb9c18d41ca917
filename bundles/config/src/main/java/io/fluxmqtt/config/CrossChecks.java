package io.fluxmqtt.config;

import io.fluxmqtt.api.admin.ConfigurationProblem;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Whether configurations fit each other: addresses of listeners, names of policy services, and that
 * nobody is let in by mistake. What was wrong before and is not touched is left alone.
 */
final class CrossChecks {
  private static final List<String> ROLES =
      List.of("authenticators", "enhancedAuthenticators", "authorizers");
  private static final Set<String> ANY_ADDRESS = Set.of("*", "::", "0.0.0.0");

  private final Container container;
  private final Proposal proposal;
  private final Set<String> touched;

  private CrossChecks(Container container, Proposal proposal) {
    this.container = container;
    this.proposal = proposal;
    this.touched = new HashSet<>(proposal.changedPids());
  }

  /** What would not fit. */
  static List<ConfigurationProblem> of(Container container, Proposal proposal) {
    CrossChecks checks = new CrossChecks(container, proposal);
    List<ConfigurationProblem> before = checks.problems(proposal.before());
    return checks.problems(proposal.after()).stream()
        .filter(problem -> checks.touched.contains(problem.pid()) || !before.contains(problem))
        .toList();
  }

  private List<ConfigurationProblem> problems(Proposal.View view) {
    List<ConfigurationProblem> problems = new ArrayList<>();
    addresses(view, problems);
    names(view, problems);
    exposure(view, problems);
    return problems;
  }

  private void addresses(Proposal.View view, List<ConfigurationProblem> problems) {
    List<String> listeners = view.instances(Pids.LISTENER);
    for (int i = 0; i < listeners.size(); i++) {
      for (int j = i + 1; j < listeners.size(); j++) {
        if (sameAddress(view, listeners.get(i), listeners.get(j))) {
          boolean isSecond = touched.contains(listeners.get(j));
          String one = listeners.get(isSecond ? j : i); // whoever is changed is to give way
          String other = listeners.get(isSecond ? i : j);
          String key = isUnix(view, one) ? "socketPath" : "port";
          problems.add(
              new ConfigurationProblem(
                  one,
                  key,
                  "%s=%s is that of listener %s too; set another"
                      .formatted(key, view.text(one, key), Pids.name(other))));
        }
      }
    }
  }

  private static boolean sameAddress(Proposal.View view, String one, String other) {
    if (isUnix(view, one) || isUnix(view, other)) {
      return isUnix(view, one)
          && isUnix(view, other)
          && view.text(one, "socketPath").equals(view.text(other, "socketPath"));
    }
    String port = view.text(one, "port");
    String host = view.text(one, "host");
    String otherHost = view.text(other, "host");
    return !port.equals("0")
        && port.equals(view.text(other, "port"))
        && (host.equals(otherHost)
            || ANY_ADDRESS.contains(host)
            || ANY_ADDRESS.contains(otherHost));
  }

  private static boolean isUnix(Proposal.View view, String listener) {
    return view.text(listener, "type").equals("unix");
  }

  private void names(Proposal.View view, List<ConfigurationProblem> problems) {
    Set<String> configured = configured(view);
    Set<String> gone = configured(proposal.before());
    gone.removeAll(configured);
    for (String role : ROLES) {
      for (String name : view.list(Pids.ACCESS, role)) {
        boolean isThere = isServed(role, name) && !gone.contains(name);
        if (!isThere && !configured.contains(name)) {
          problems.add(
              new ConfigurationProblem(
                  Pids.ACCESS,
                  role,
                  "%s=%s: nobody provides %s: install its bundle and configure it, or leave it out"
                      .formatted(role, view.text(Pids.ACCESS, role), name)));
        }
      }
    }
    Set<String> listed = new TreeSet<>(view.list(Pids.ACCESS, "authenticators"));
    listed.addAll(view.list(Pids.ACCESS, "enhancedAuthenticators"));
    for (String listener : view.instances(Pids.LISTENER)) {
      Set<String> unlisted = new TreeSet<>(view.list(listener, "authenticators"));
      unlisted.removeAll(listed);
      if (!unlisted.isEmpty()) {
        problems.add(
            new ConfigurationProblem(
                listener,
                "authenticators",
                "authenticators=%s: %s does not list %s; add it there, or leave it out here"
                    .formatted(
                        view.text(listener, "authenticators"),
                        Pids.ACCESS,
                        String.join(", ", unlisted))));
      }
    }
  }

  private boolean isServed(String role, String name) {
    return container.policies().stream()
        .anyMatch(each -> each.role().equals(role) && each.name().equals(name));
  }

  /** The names of the authenticators that have a configuration. */
  private Set<String> configured(Proposal.View view) {
    return view.pids().stream()
        .filter(pid -> pid.startsWith(Pids.AUTHENTICATORS) && proposal.definition(pid).isPresent())
        .map(pid -> view.text(pid, "name"))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private void exposure(Proposal.View view, List<ConfigurationProblem> problems) {
    for (String listener : view.instances(Pids.LISTENER)) {
      if (isLocal(view, listener) || view.text(listener, "allowAnonymousRemote").equals("true")) {
        continue;
      }
      List<String> own = view.list(listener, "authenticators");
      for (String role : List.of("authenticators", "enhancedAuthenticators")) {
        for (String name : view.list(Pids.ACCESS, role)) {
          if ((own.isEmpty() || own.contains(name)) && isAnonymous(role, name)) {
            problems.add(
                new ConfigurationProblem(
                    listener,
                    "host",
                    "host=%s: it could be reached from other machines and %s accepts clients without"
                            .formatted(view.text(listener, "host"), name)
                        + " credentials; set authenticators here to others, or"
                        + " allowAnonymousRemote=true to accept anyone"));
          }
        }
      }
    }
  }

  private boolean isAnonymous(String role, String name) {
    return name.equals("anonymous")
        || container.policies().stream()
            .anyMatch(
                each -> each.anonymous() && each.role().equals(role) && each.name().equals(name));
  }

  private static boolean isLocal(Proposal.View view, String listener) {
    if (isUnix(view, listener)) {
      return true;
    }
    String host = view.text(listener, "host");
    return view.text(listener, "proxyProtocol").equals("off")
        && (host.equals("localhost") || host.equals("::1") || host.matches("127(\\.\\d{1,3}){3}"));
  }
}
