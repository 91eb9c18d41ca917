package io.fluxmqtt.session.access;

import io.fluxmqtt.api.admin.PluginInfo;
import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.spi.access.Access;
import io.fluxmqtt.api.spi.access.Authorizer;
import io.fluxmqtt.api.spi.access.Client;
import io.fluxmqtt.api.spi.access.Decision;
import io.fluxmqtt.api.spi.auth.Authenticator;
import io.fluxmqtt.api.spi.auth.Credentials;
import io.fluxmqtt.api.spi.auth.EnhancedAuthenticator;
import io.fluxmqtt.session.ListenerProfile;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who may enter and what may be done. Policy is named: only services that configuration names
 * count, in its order, the first that does not abstain decides. A name that nobody serves makes
 * requests that reach it wait for {@code policyGrace}, counted once from the departure; then they
 * fail at once. Nothing is ever granted because something is missing or fails.
 *
 * <p>The policy is an immutable snapshot that changes of services and configuration replace as a
 * whole; each such change is an {@link #epoch}. All methods may be called from any thread, and none
 * blocks.
 */
public final class AccessControl implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AccessControl.class);

  private final Time time;
  private final PolicyBoard board;
  private final Exposure exposure = new Exposure();
  private final PolicyLog policyLog = new PolicyLog();
  private final List<Consumer<PolicyChange>> listeners = new CopyOnWriteArrayList<>();
  private final Object lock = new Object();
  private final PolicyRegistry registry; // guarded by lock
  private final FailureThrottle throttle;
  private @Nullable Runnable graceAlarm; // guarded by lock
  private volatile @Nullable String heldBack;

  /** A policy without services; the grace of all names begins now. */
  public AccessControl(AccessSettings settings, Time time) {
    this.time = time;
    this.registry = new PolicyRegistry(time);
    this.throttle = new FailureThrottle(time);
    this.board = new PolicyBoard(time, registry.first(settings));
    synchronized (lock) {
      awaitGraceEnd();
    }
  }

  /**
   * Whether a client is not to be judged now, because too many authentications from its address
   * have failed; then why.
   *
   * @param address null where there is none; such a client is always judged
   */
  public Admission.@Nullable Refused throttled(
      @Nullable InetSocketAddress address, @Nullable String userName, String clientId) {
    FailureLimits limits = board.policy().settings().failureLimits();
    return throttle.admits(address, Objects.hash(userName, clientId), limits)
        ? null
        : new Admission.Refused(
            ReasonCode.CONNECTION_RATE_EXCEEDED,
            "too many authentications from this address have failed; try again later");
  }

  /**
   * A client that showed a credential has been judged.
   *
   * @return what to tell the operator if its address is slowed down from now on, else null
   */
  public @Nullable String judged(
      @Nullable InetSocketAddress address,
      @Nullable String userName,
      String clientId,
      Admission admission) {
    FailureLimits limits = board.policy().settings().failureLimits();
    int client = Objects.hash(userName, clientId);
    if (admission instanceof Admission.Granted) {
      throttle.succeeded(address, client, limits);
    } else if (admission instanceof Admission.Refused refused
        && FailureThrottle.isFailure(refused.reason())
        && throttle.failed(address, client, limits)) {
      return "%d failed authentications from this address: clients that failed are judged once in up to"
              .formatted(limits.failuresMax())
          + " %d s from now on, its others at most %d a second (failuresMax, failureExempt in"
              .formatted(limits.delayMax().toSeconds(), FailureThrottle.OTHERS_PER_SECOND)
          + " io.fluxmqtt.access)";
    }
    return null;
  }

  /**
   * Asks the authenticators of a listener in order.
   *
   * @param then gets the result, once, on any thread, maybe before this method returns
   */
  public void authenticate(
      Credentials credentials, ListenerProfile listener, Consumer<Admission> then) {
    PendingAuthentication pending = new PendingAuthentication(board, credentials, listener, then);
    Admission admission = pending.begin(board.policy(), 0);
    if (admission != null) {
      then.accept(admission);
    }
  }

  /**
   * Begins an enhanced authentication with the first enhanced authenticator of a listener that
   * offers a method.
   *
   * @param data the client's Authentication Data, or null
   * @param then gets a reply to what the client says, once each time, on any thread, maybe before
   *     this method returns
   * @return what the client says next goes there
   */
  public Conversation converse(
      Conversation.Party party, @Nullable Payload data, Consumer<Reply> then) {
    Conversation conversation = new Conversation(board, party, then);
    conversation.begin(data);
    return conversation;
  }

  /**
   * Asks the authorizers in order. As long as all that are reached are inline, this costs one read
   * of the snapshot and their calls; nothing is locked or allocated.
   *
   * @param later gets the verdict if it is not known at once, once, on any thread, maybe before
   *     this method returns
   * @return the verdict, or null if {@code later} gets it
   */
  public @Nullable Verdict decide(Client client, Access access, Consumer<Verdict> later) {
    return decide(client, access, later, null);
  }

  /** Takes note of verdicts that hold until the policy changes. */
  @FunctionalInterface
  public interface Keeper {
    /**
     * Takes note of one, before it is returned.
     *
     * @param epoch of the policy that was asked
     */
    void keep(long epoch, Client client, Access access, Verdict verdict);
  }

  /** As above, and tells of a verdict that holds until the policy changes. */
  public @Nullable Verdict decide(
      Client client, Access access, Consumer<Verdict> later, @Nullable Keeper keeper) {
    Policy policy = board.policy(); // before anyone is asked: what is kept counts in its epoch
    List<Slot<Authorizer>> slots = policy.authorizers();
    boolean lasting = true;
    Verdict verdict = Verdict.DENIED; // if all abstain
    for (int i = 0, n = slots.size(); i < n; i++) {
      Slot<Authorizer> slot = slots.get(i);
      if (!slot.isInline()) {
        return new PendingDecision(board, client, access, later).begin(policy, i);
      }
      Decision decision = slot.guard().decide(slot, client, access);
      if (decision == null) {
        // It may have failed because it is gone; then its successor is asked.
        Policy present = board.policy();
        return present == policy
            ? Verdict.DENIED
            : new PendingDecision(board, client, access, later).begin(present, 0);
      }
      lasting &= slot.isLasting();
      if (decision != Decision.ABSTAIN) {
        verdict = decision == Decision.ALLOW ? Verdict.ALLOWED : Verdict.DENIED;
        break;
      }
    }
    if (keeper != null && lasting) {
      keeper.keep(policy.epoch(), client, access, verdict);
    }
    return verdict;
  }

  /**
   * Whether an authorizer wants to be asked about each message that a client is to receive. Else
   * whoever was granted a Subscription may receive what it matches.
   */
  public boolean asksReceive() {
    return board.policy().asksReceive();
  }

  /** Whether it is known without waiting that a client may not receive a message of a topic. */
  public boolean deniesReceive(Client client, String topic) {
    Policy policy = board.policy();
    if (!policy.asksReceive()) {
      return false;
    }
    Access access = new Access.Receive(topic);
    for (Slot<Authorizer> slot : policy.authorizers()) {
      Decision decision = slot.isInline() ? slot.guard().decide(slot, client, access) : null;
      if (decision != Decision.ABSTAIN) {
        return decision == Decision.DENY;
      }
    }
    return true; // all abstain
  }

  /**
   * Asks the authorizers in order as {@link #decide} does, and why: for an operator, and to note a
   * refusal. What is known of earlier verdicts is not used.
   *
   * @param then gets the answer, once, on any thread, maybe before this method returns
   */
  public void explain(Client client, Access access, Consumer<Explanation> then) {
    PendingExplanation pending = new PendingExplanation(board, client, access, then);
    Explanation explanation = pending.begin(board.policy(), 0);
    if (explanation != null) {
      then.accept(explanation);
    }
  }

  /** Whether a listener may open under the present policy; if not, why and what to set. */
  public Optional<String> refusal(ListenerProfile listener) {
    return exposure.refusal(board.policy(), listener);
  }

  /** Who is accepted on a listener, such as {@code "anonymous, loopback only"}. */
  public String note(ListenerProfile listener) {
    return Exposure.note(board.policy(), listener);
  }

  /** A listener is not configured any more; {@link #problems()} forgets it. */
  public void forgetListener(String name) {
    exposure.forget(name);
  }

  /** What is wrong now, a line each. */
  public List<String> problems() {
    Policy policy = board.policy();
    List<String> problems = new ArrayList<>();
    String rejected = heldBack;
    if (rejected != null) {
      problems.add(rejected);
    }
    problems.addAll(ownOutages(policy));
    problems.addAll(exposure.problems(policy));
    synchronized (lock) {
      problems.addAll(registry.problems());
    }
    problems.addAll(PluginReport.of(policy, time.nanos()).failures());
    return List.copyOf(problems);
  }

  /** Those of {@link #problems()} for which clients are refused, a line each. */
  public List<String> outages() {
    List<String> outages = ownOutages(board.policy());
    synchronized (lock) {
      outages.addAll(registry.outages());
    }
    outages.addAll(PluginReport.of(board.policy(), time.nanos()).failures());
    return List.copyOf(outages);
  }

  private List<String> ownOutages(Policy policy) {
    long now = time.nanos();
    List<String> problems = new ArrayList<>();
    problems.addAll(PluginReport.of(policy, now).missing());
    if (policy.authorizers().isEmpty()) {
      problems.add("authorizers in io.fluxmqtt.access is empty: everything is denied");
    }
    if (policy.authenticators().isEmpty() && policy.enhanced().isEmpty()) {
      problems.add("authenticators in io.fluxmqtt.access is empty: every client is refused");
    }
    problems.addAll(exposure.outages(policy));
    return problems;
  }

  /** The services that are named, in their order, and how each of them serves. */
  public List<PluginInfo> plugins() {
    return PluginReport.of(board.policy(), time.nanos()).plugins();
  }

  /** What the plug-ins of each bundle did so far. */
  public List<PluginStatistics> statistics() {
    synchronized (lock) {
      return registry.statistics();
    }
  }

  /** The number of the present policy; it grows with each change. */
  public long epoch() {
    return board.policy().epoch();
  }

  /**
   * Has somebody told of each new epoch, after it counts, on the thread that brought it; must not
   * block.
   *
   * @return ends it
   */
  public Runnable onChange(Consumer<PolicyChange> listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  /** Replaces the configuration. */
  public void configure(AccessSettings settings) {
    heldBack = null;
    change(settings, () -> {});
  }

  /** A new configuration cannot be used; the old one stays, and {@link #problems()} says so. */
  public void holdBack(String problem) {
    heldBack = problem;
  }

  /** A service has come, or its properties have changed. */
  public void putAuthenticator(Plugin<Authenticator> plugin) {
    change(null, () -> registry.authenticators().put(plugin.reference(), plugin));
  }

  /** A service has gone; it is not asked any more, and its answers do not count. */
  public void removeAuthenticator(Comparable<Object> reference) {
    change(null, () -> registry.authenticators().remove(reference));
  }

  /** As {@link #putAuthenticator}; the plug-in has a method. */
  public void putEnhanced(Plugin<EnhancedAuthenticator> plugin) {
    change(null, () -> registry.enhanced().put(plugin.reference(), plugin));
  }

  /** As {@link #removeAuthenticator}; exchanges that are under way with it fail. */
  public void removeEnhanced(Comparable<Object> reference) {
    change(null, () -> registry.enhanced().remove(reference));
  }

  /** As {@link #putAuthenticator}. */
  public void putAuthorizer(Plugin<Authorizer> plugin) {
    change(null, () -> registry.authorizers().put(plugin.reference(), plugin));
  }

  /** As {@link #removeAuthenticator}. */
  public void removeAuthorizer(Comparable<Object> reference) {
    change(null, () -> registry.authorizers().remove(reference));
  }

  /** Completes all that wait: clients are refused, accesses unavailable. So is all to come. */
  @Override
  public void close() {
    List<BundleThread> retired;
    synchronized (lock) {
      if (board.policy().isClosed()) {
        return;
      }
      board.publish(board.policy().closed(time.nanos()));
      awaitGraceEnd();
      retired = registry.clear();
    }
    board.wake();
    retired.forEach(BundleThread::close);
    listeners.clear();
  }

  private void change(@Nullable AccessSettings settings, Runnable edit) {
    Policy before;
    PolicyRegistry.Change change;
    synchronized (lock) {
      before = board.policy();
      if (before.isClosed()) {
        return;
      }
      edit.run();
      change = registry.next(before, settings == null ? before.settings() : settings);
      if (change.policy() == before) {
        return;
      }
      board.publish(change.policy());
      awaitGraceEnd();
    }
    board.wake();
    change.retired().forEach(BundleThread::close);
    policyLog.changed(before, change.policy(), time.nanos());
    PolicyChange told = PolicyChange.between(before, change.policy());
    for (Consumer<PolicyChange> listener : listeners) {
      try {
        listener.accept(told);
      } catch (RuntimeException e) {
        LOG.error("A new policy could not be told to everyone", e);
      }
    }
  }

  // Called with the lock held. One alarm serves all who wait.
  private void awaitGraceEnd() {
    if (graceAlarm != null) {
      graceAlarm.run();
      graceAlarm = null;
    }
    Policy policy = board.policy();
    long now = time.nanos();
    Stream.of(policy.authenticators(), policy.enhanced(), policy.authorizers())
        .flatMap(List::stream)
        .filter(slot -> slot.isAbsent() && !slot.graceOver(now))
        .mapToLong(slot -> slot.graceEnd() - now)
        .min()
        .ifPresent(nanos -> graceAlarm = time.after(nanos, this::graceEnded));
  }

  private void graceEnded() {
    synchronized (lock) {
      awaitGraceEnd();
    }
    board.wake(); // last, so that no grace ends between the two
    policyLog.graceEnded(board.policy(), time.nanos());
  }
}
