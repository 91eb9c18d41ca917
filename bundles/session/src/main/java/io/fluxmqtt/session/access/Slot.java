package io.fluxmqtt.session.access;

import org.jspecify.annotations.Nullable;

/**
 * One name of the policy with the plug-in that serves it, or without. Immutable, compared by
 * identity: as long as nothing changes for a name, successive policies share its slot.
 *
 * @param <S> the contract
 */
final class Slot<S> {
  private final String name;
  private final @Nullable Plugin<S> plugin;
  private final @Nullable PluginGuard guard;
  private final @Nullable BundleThread thread;
  private final @Nullable PluginPulse pulse;
  private final @Nullable String bundle;
  private final boolean anonymous;
  private final @Nullable String method;
  private final boolean receives;
  private final long absentSince;
  private final long graceEnd;

  private Slot(
      String name,
      @Nullable Plugin<S> plugin,
      @Nullable PluginGuard guard,
      @Nullable BundleThread thread,
      @Nullable String bundle,
      boolean anonymous,
      @Nullable String method,
      boolean receives,
      long absentSince,
      long graceEnd) {
    this.name = name;
    this.plugin = plugin;
    this.guard = guard;
    this.thread = thread;
    this.pulse = plugin == null ? null : new PluginPulse();
    this.bundle = bundle;
    this.anonymous = anonymous;
    this.method = method;
    this.receives = receives;
    this.absentSince = absentSince;
    this.graceEnd = graceEnd;
  }

  /** A name that is served; without a thread, on the caller's. */
  static <S> Slot<S> served(Plugin<S> plugin, PluginGuard guard, @Nullable BundleThread thread) {
    boolean anonymous = plugin.anonymous() || isAnonymousName(plugin.name());
    return new Slot<>(
        plugin.name(),
        plugin,
        guard,
        thread,
        plugin.bundle(),
        anonymous,
        plugin.method(),
        plugin.asksReceive(),
        0,
        0);
  }

  /** A name that nobody serves; what was known of its last service, if any, still counts. */
  static <S> Slot<S> absent(String name, @Nullable Slot<S> last, long since, long graceEnd) {
    boolean anonymous = last != null && last.anonymous || isAnonymousName(name);
    String method = last == null ? null : last.method;
    boolean receives = last == null || last.receives;
    String bundle = last == null ? null : last.bundle;
    return new Slot<>(name, null, null, null, bundle, anonymous, method, receives, since, graceEnd);
  }

  private static boolean isAnonymousName(String name) {
    return name.equals("anonymous");
  }

  String name() {
    return name;
  }

  boolean isAbsent() {
    return plugin == null;
  }

  boolean isInline() {
    return plugin != null && thread == null;
  }

  /** Whether its answers hold until its registration changes. */
  boolean isLasting() {
    return plugin != null && plugin.isLasting();
  }

  /**
   * Whether it wants to be asked about each message that a client is to receive, or did; of one
   * that was never there nobody knows, so it must be asked.
   */
  boolean asksReceive() {
    return receives;
  }

  /** Whether it accepts, or would accept, clients that show no credential. */
  boolean anonymous() {
    return anonymous;
  }

  /** The Authentication Method that it offers, or did; null if it is not known to offer any. */
  @Nullable String method() {
    return method;
  }

  @Nullable Plugin<S> plugin() {
    return plugin;
  }

  /** The service; not for an absent one. */
  S service() {
    return present(plugin).service();
  }

  /** The guard through which the service is called; not for an absent one. */
  PluginGuard guard() {
    return present(guard);
  }

  /** How the service has answered of late; not for an absent one. */
  PluginPulse pulse() {
    return present(pulse);
  }

  /** The symbolic name of the bundle that serves it, or did last; null if nobody ever has. */
  @Nullable String bundle() {
    return bundle;
  }

  @Nullable BundleThread thread() {
    return thread;
  }

  /** When the name was last seen served, or first asked for. */
  long absentSince() {
    return absentSince;
  }

  /** Until when requests wait for an absent service. */
  long graceEnd() {
    return graceEnd;
  }

  boolean graceOver(long now) {
    return now - graceEnd >= 0;
  }

  /** The name and who serves it, for texts. */
  String label() {
    return guard == null ? name : name + " (bundle " + guard.bundle() + ")";
  }

  private <T> T present(@Nullable T part) {
    if (part == null) {
      throw new IllegalStateException(name + " is absent");
    }
    return part;
  }
}
