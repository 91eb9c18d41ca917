package io.fluxmqtt.session.access;

import io.fluxmqtt.api.spi.access.Authorizer;
import java.util.ArrayList;
import java.util.List;

/**
 * A new policy is in force.
 *
 * @param epoch its number
 * @param cause what has changed, in words
 * @param concernsAccess whether what clients may do can have changed, not just who may enter
 */
public record PolicyChange(long epoch, String cause, boolean concernsAccess) {
  /** From one policy to the next. */
  static PolicyChange between(Policy before, Policy next) {
    List<String> causes = new ArrayList<>();
    if (!next.settings().equals(before.settings())) {
      causes.add("io.fluxmqtt.access was configured");
    }
    describe(Role.AUTHENTICATOR, before.authenticators(), next.authenticators(), causes);
    describe(Role.ENHANCED, before.enhanced(), next.enhanced(), causes);
    describe(Role.AUTHORIZER, before.authorizers(), next.authorizers(), causes);
    List<Slot<Authorizer>> asked = next.authorizers();
    boolean concernsAccess = !asked.equals(before.authorizers());
    return new PolicyChange(next.epoch(), String.join(", ", causes), concernsAccess);
  }

  private static <S> void describe(
      Role role, List<Slot<S>> before, List<Slot<S>> next, List<String> causes) {
    for (Slot<S> slot : next) {
      Slot<S> old = find(slot.name(), before);
      boolean wasServed = old != null && !old.isAbsent();
      if (slot.isAbsent() && wasServed) {
        causes.add("%s %s has left".formatted(role, slot.name()));
      } else if (!slot.isAbsent() && !wasServed) {
        causes.add("%s %s has come".formatted(role, slot.label()));
      } else if (!slot.isAbsent() && !slot.equals(old)) {
        causes.add("%s %s has changed".formatted(role, slot.label()));
      }
    }
  }

  private static <S> @org.jspecify.annotations.Nullable Slot<S> find(
      String name, List<Slot<S>> slots) {
    return slots.stream().filter(slot -> slot.name().equals(name)).findFirst().orElse(null);
  }
}
