package io.fluxmqtt.session.access;

import io.fluxmqtt.api.spi.access.Authorizer;
import io.fluxmqtt.api.spi.auth.Authenticator;
import io.fluxmqtt.api.spi.auth.EnhancedAuthenticator;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All policy services that are registered, named or not, and the making of the next policy from
 * them. Not thread-safe: its owner holds a lock.
 */
final class PolicyRegistry {
  /** A new policy, and the threads of bundles that have no part in it any more. */
  record Change(Policy policy, List<BundleThread> retired) {}

  private final Time time;
  private final Map<Object, Plugin<Authenticator>> authenticators = new HashMap<>();
  private final Map<Object, Plugin<EnhancedAuthenticator>> enhanced = new HashMap<>();
  private final Map<Object, Plugin<Authorizer>> authorizers = new HashMap<>();
  private final Map<String, PluginGuard> guards = new TreeMap<>();
  private final Map<String, BundleThread> threads = new TreeMap<>();

  PolicyRegistry(Time time) {
    this.time = time;
  }

  /** Registered authenticators, by reference. */
  Map<Object, Plugin<Authenticator>> authenticators() {
    return authenticators;
  }

  /** Registered enhanced authenticators, by reference. */
  Map<Object, Plugin<EnhancedAuthenticator>> enhanced() {
    return enhanced;
  }

  /** Registered authorizers, by reference. */
  Map<Object, Plugin<Authorizer>> authorizers() {
    return authorizers;
  }

  List<PluginStatistics> statistics() {
    return guards.values().stream().map(PluginGuard::statistics).toList();
  }

  /** For what is wrong with the bundles their clients are refused. */
  List<String> outages() {
    return threads.values().stream().flatMap(thread -> thread.outages().stream()).toList();
  }

  /** What is wrong with the bundles. */
  List<String> problems() {
    return threads.values().stream().flatMap(thread -> thread.problems().stream()).toList();
  }

  /** The policy before there is any service. */
  Policy first(AccessSettings settings) {
    return next(new Policy(0, settings, List.of(), List.of(), List.of()), settings).policy();
  }

  /** The policy that follows another; the same one if nothing changes for those named. */
  Change next(Policy before, AccessSettings settings) {
    long now = time.nanos();
    Policy next =
        new Policy(
            before.epoch() + 1,
            settings,
            slots(
                settings.authenticators(), authenticators, before.authenticators(), settings, now),
            slots(settings.enhanced(), enhanced, before.enhanced(), settings, now),
            slots(settings.authorizers(), authorizers, before.authorizers(), settings, now));
    List<BundleThread> retired = retire(next);
    boolean same =
        settings.equals(before.settings())
            && same(next.authenticators(), before.authenticators())
            && same(next.enhanced(), before.enhanced())
            && same(next.authorizers(), before.authorizers());
    return new Change(same && before.epoch() > 0 ? before : next, retired);
  }

  private <S> List<Slot<S>> slots(
      List<String> names,
      Map<Object, Plugin<S>> plugins,
      List<Slot<S>> before,
      AccessSettings settings,
      long now) {
    List<Slot<S>> slots = new ArrayList<>();
    for (String name : names) {
      Slot<S> last =
          before.stream().filter(slot -> slot.name().equals(name)).findFirst().orElse(null);
      Plugin<S> plugin = best(name, plugins);
      slots.add(
          plugin == null
              ? absent(name, last, settings.policyGrace().toNanos(), now)
              : served(plugin, last, settings.inline()));
    }
    return slots;
  }

  private static <S> @Nullable Plugin<S> best(String name, Map<Object, Plugin<S>> plugins) {
    Plugin<S> best = null;
    for (Plugin<S> plugin : plugins.values()) {
      if (plugin.name().equals(name)
          && (best == null || plugin.reference().compareTo(best.reference()) > 0)) {
        best = plugin;
      }
    }
    return best;
  }

  private static <S> Slot<S> absent(String name, @Nullable Slot<S> last, long grace, long now) {
    if (last == null) {
      return Slot.absent(name, null, now, now + grace);
    } else if (!last.isAbsent()) {
      return Slot.absent(name, last, now, now + grace);
    }
    // The grace runs once, from the departure; a new length of it counts from there, too.
    long end = last.absentSince() + grace;
    return end == last.graceEnd() ? last : Slot.absent(name, last, last.absentSince(), end);
  }

  private <S> Slot<S> served(Plugin<S> plugin, @Nullable Slot<S> last, Set<String> inline) {
    String bundle = plugin.bundle();
    PluginGuard guard = guards.computeIfAbsent(bundle, name -> new PluginGuard(name, time));
    BundleThread thread =
        inline.contains(bundle)
            ? null
            : threads.computeIfAbsent(bundle, name -> new BundleThread(guard, time));
    if (last != null && last.plugin() == plugin && last.thread() == thread) {
      return last;
    }
    return Slot.served(plugin, guard, thread);
  }

  private List<BundleThread> retire(Policy next) {
    Set<BundleThread> needed = new HashSet<>();
    next.authenticators().forEach(slot -> needed.add(slot.thread()));
    next.enhanced().forEach(slot -> needed.add(slot.thread()));
    next.authorizers().forEach(slot -> needed.add(slot.thread()));
    List<BundleThread> retired = new ArrayList<>(threads.values());
    retired.removeAll(needed);
    threads.values().removeAll(retired);
    return retired;
  }

  /** Ends all threads. */
  List<BundleThread> clear() {
    List<BundleThread> retired = List.copyOf(threads.values());
    threads.clear();
    authenticators.clear();
    enhanced.clear();
    authorizers.clear();
    return retired;
  }

  private static boolean same(List<?> one, List<?> other) {
    if (one.size() != other.size()) {
      return false;
    }
    for (int i = 0; i < one.size(); i++) {
      if (one.get(i) != other.get(i)) {
        return false;
      }
    }
    return true;
  }
}
