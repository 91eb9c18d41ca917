package io.fluxmqtt.config;

import io.fluxmqtt.api.admin.BrokerAdmin;
import io.fluxmqtt.api.admin.ListenerInfo;
import io.fluxmqtt.api.admin.StoreAdmin;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** What health would be red of, as far as a configuration can make it so. */
final class VitalSigns {
  /** Said where there is no broker, which a restart may cause for a while. */
  static final String NO_BROKER = "there is no broker";

  private VitalSigns() {}

  /** What keeps clients from being served now, a line each. */
  static TreeSet<String> red(Container container, InstantSource clock) {
    TreeSet<String> red = new TreeSet<>();
    Optional<BrokerAdmin> broker = container.broker();
    if (broker.isEmpty()) {
      red.add(NO_BROKER);
      return red;
    }
    try {
      red.addAll(broker.get().outages());
      Instant now = clock.instant();
      for (ListenerInfo listener : broker.get().listeners()) {
        Instant expires = listener.certificateExpires();
        if (expires != null && expires.isBefore(now)) {
          red.add(
              "listener %s: its certificate has ended at %s".formatted(listener.name(), expires));
        }
      }
      Optional<String> store = container.store().map(StoreAdmin::info).map(info -> info.problem());
      store.ifPresent(red::add);
    } catch (RuntimeException e) { // it may be stopping
      red.add("the broker cannot say how it is: " + e);
    }
    return red;
  }

  /** What else is wrong now, a line each. */
  static List<String> others(Container container) {
    List<String> others = new ArrayList<>();
    try {
      container.broker().ifPresent(broker -> others.addAll(broker.problems()));
    } catch (RuntimeException e) {
      others.add("the broker cannot say how it is: " + e);
    }
    return others;
  }
}
