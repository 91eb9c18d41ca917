package io.fluxmqtt.session.access;

import io.fluxmqtt.api.admin.PluginInfo;
import io.fluxmqtt.api.admin.PluginInfo.State;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** How those whom a policy names serve. Each line names the bundle. */
final class PluginReport {
  private final List<PluginInfo> plugins = new ArrayList<>();
  private final List<String> failures = new ArrayList<>();
  private final long now;

  private PluginReport(long now) {
    this.now = now;
  }

  static PluginReport of(Policy policy, long now) {
    PluginReport report = new PluginReport(now);
    policy.authenticators().forEach(slot -> report.add(Role.AUTHENTICATOR, slot));
    policy.enhanced().forEach(slot -> report.add(Role.ENHANCED, slot));
    policy.authorizers().forEach(slot -> report.add(Role.AUTHORIZER, slot));
    return report;
  }

  /** All of them, in the order in which they are asked. */
  List<PluginInfo> plugins() {
    return List.copyOf(plugins);
  }

  /** Those for which nobody waits any more, a line each. */
  List<String> missing() {
    return plugins.stream()
        .filter(plugin -> plugin.state() == State.MISSING)
        .map(PluginInfo::problem)
        .filter(Objects::nonNull)
        .toList();
  }

  /** Those that fail one call after another on the threads of their askers, a line each. */
  List<String> failures() {
    return List.copyOf(failures);
  }

  private void add(Role role, Slot<?> slot) {
    if (slot.isAbsent()) {
      boolean over = slot.graceOver(now);
      String text = over ? missing(role, slot) : role + " " + slot.name() + " is awaited";
      put(role, slot, over ? State.MISSING : State.AWAITED, text);
      return;
    }
    BundleThread thread = slot.thread();
    List<String> outages = thread == null ? List.of() : thread.outages();
    List<String> problems = thread == null ? List.of() : thread.problems();
    Optional<String> failing = slot.pulse().failing(now);
    Optional<String> slow = slot.pulse().slow(now);
    if (!outages.isEmpty()) {
      put(role, slot, State.FAILING, outages.get(0));
    } else if (failing.isPresent()) {
      String text = text(role, slot, failing.get(), "; what needs it is refused");
      put(role, slot, State.FAILING, text);
      failures.add(text);
    } else if (!problems.isEmpty()) {
      put(role, slot, State.SLOW, problems.get(0));
    } else if (slow.isPresent()) {
      put(role, slot, State.SLOW, text(role, slot, slow.get(), ""));
    } else {
      plugins.add(new PluginInfo(role.toString(), slot.name(), slot.bundle(), State.SERVING, null));
    }
  }

  private void put(Role role, Slot<?> slot, State state, String problem) {
    plugins.add(new PluginInfo(role.toString(), slot.name(), slot.bundle(), state, problem));
  }

  private static String text(Role role, Slot<?> slot, String how, String consequence) {
    return "%s %s (bundle %s): %s%s: see its log, update or stop it"
        .formatted(role, slot.name(), slot.bundle(), how, consequence);
  }

  private static String missing(Role role, Slot<?> slot) {
    String whose = slot.bundle() == null ? "its bundle" : "bundle " + slot.bundle();
    return "%s %s is missing, what needs it is refused: start %s or change %s in io.fluxmqtt.access"
        .formatted(role, slot.name(), whose, role.key());
  }
}
