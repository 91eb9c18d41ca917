package io.fluxmqtt.session.access;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the log who serves a name, who has left, and when that begins to hurt; each once. */
final class PolicyLog {
  private static final Logger LOG = LoggerFactory.getLogger(PolicyLog.class);

  private final Set<Slot<?>> missed = new HashSet<>(); // by identity, guarded by this

  synchronized void changed(Policy before, Policy next, long now) {
    AccessSettings settings = next.settings();
    changed(Role.AUTHENTICATOR, before.authenticators(), next.authenticators(), settings);
    changed(Role.ENHANCED, before.enhanced(), next.enhanced(), settings);
    changed(Role.AUTHORIZER, before.authorizers(), next.authorizers(), settings);
    graceEnded(next, now);
  }

  /** Tells of the names that are missing for longer than the grace. */
  synchronized void graceEnded(Policy policy, long now) {
    if (policy.isClosed()) {
      return;
    }
    Set<Slot<?>> present = new HashSet<>(policy.authenticators());
    present.addAll(policy.enhanced());
    present.addAll(policy.authorizers());
    missed.retainAll(present);
    warn(Role.AUTHENTICATOR, policy.authenticators(), now);
    warn(Role.ENHANCED, policy.enhanced(), now);
    warn(Role.AUTHORIZER, policy.authorizers(), now);
  }

  private static <S> void changed(
      Role role, List<Slot<S>> before, List<Slot<S>> next, AccessSettings settings) {
    for (Slot<S> slot : next) {
      boolean served =
          before.stream().anyMatch(old -> old.name().equals(slot.name()) && !old.isAbsent());
      if (!slot.isAbsent() && !before.contains(slot)) {
        LOG.info("{} {} is in force", role, slot.label());
      } else if (slot.isAbsent() && served) {
        LOG.info(
            "{} {} has left; what needs it waits up to {} ms",
            role,
            slot.name(),
            settings.policyGrace().toMillis());
      }
    }
  }

  private <S> void warn(Role role, List<Slot<S>> slots, long now) {
    for (Slot<S> slot : slots) {
      if (slot.isAbsent() && slot.graceOver(now) && missed.add(slot)) {
        LOG.warn(
            "{} {} is missing: what needs it is refused until its bundle starts, or {} in"
                + " io.fluxmqtt.access no longer names it",
            role,
            slot.name(),
            role.key());
      }
    }
  }
}
