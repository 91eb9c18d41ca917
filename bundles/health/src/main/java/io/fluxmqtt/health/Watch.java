package io.fluxmqtt.health;

import io.fluxmqtt.api.admin.BrokerAdmin;
import io.fluxmqtt.api.admin.StoreAdmin;
import io.fluxmqtt.api.admin.StoreInfo;
import io.fluxmqtt.health.DiskHealth.Room;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The checks of one broker. At each {@link #look} the broker, the store and the disk are asked, on
 * other threads; a check judges what they last said, so it is never older than a second or two and
 * never waits.
 */
final class Watch {
  /** How often to look. */
  static final long MILLIS = 1_000;

  private final Presence<StoreAdmin> store;
  private final Presence<BrokerAdmin> broker;
  private final FailedWrites failed;
  private final Source<StoreInfo> storeSource;
  private final Source<Room> diskSource;
  private final Source<BrokerHealth.Problems> brokerSource;
  private final List<Check> checks;
  private final Clock clock;
  private final HealthLog log = new HealthLog();

  private volatile HealthSettings settings;
  private volatile @Nullable String heldBack;

  /**
   * Nobody is there yet.
   *
   * @param threads ask; three may be needed at once
   * @param clock the time of day, for what has a date
   */
  Watch(HealthSettings settings, Executor threads, LongSupplier nanos, Clock clock) {
    this.settings = settings;
    this.clock = clock;
    store = new Presence<>(nanos);
    broker = new Presence<>(nanos);
    failed = new FailedWrites(nanos);
    storeSource = new Source<>(this::askStore, threads, nanos);
    diskSource = new Source<>(this::askDisk, threads, nanos);
    brokerSource = new Source<>(this::askBroker, threads, nanos);
    checks = makeChecks();
  }

  private List<Check> makeChecks() {
    BrokerHealth ofBroker =
        new BrokerHealth(broker, brokerSource, () -> Optional.ofNullable(heldBack));
    return List.of(
        new Check("MQTT broker", List.of(Check.ALL, Check.READINESS), ofBroker::service),
        new Check("MQTT liveness", List.of(Check.ALL, Check.LIVENESS), ofBroker::liveness),
        new Check(
            "MQTT configuration", List.of(Check.ALL, "configuration"), ofBroker::configuration),
        new Check("MQTT plug-ins", List.of(Check.ALL, "plugins"), new PluginHealth(brokerSource)),
        new Check(
            "MQTT store",
            List.of(Check.ALL, Check.READINESS, "store"),
            new StoreHealth(store, broker, storeSource, failed, () -> settings)),
        new Check(
            "MQTT disk",
            List.of(Check.ALL, "store", "disk"),
            new DiskHealth(diskSource, () -> settings)),
        new Check(
            "MQTT certificates",
            List.of(Check.ALL, "certificates"),
            new CertificateHealth(brokerSource, () -> settings, clock)));
  }

  List<Check> checks() {
    return checks;
  }

  Presence<StoreAdmin> store() {
    return store;
  }

  Presence<BrokerAdmin> broker() {
    return broker;
  }

  /** Other bounds count from now on. */
  void configure(HealthSettings newSettings) {
    settings = newSettings;
    heldBack = null;
  }

  /** A new configuration cannot be used; the old one stays, and a check says so. */
  void holdBack(String problem) {
    heldBack = problem;
  }

  /** Asks everybody, then says in the log what has changed. Never blocks. One thread. */
  void look() {
    storeSource.ask();
    diskSource.ask();
    brokerSource.ask();
    for (Check check : checks) {
      log.look(check.name(), check.result());
    }
  }

  private @Nullable StoreInfo askStore() {
    StoreAdmin admin = store.service();
    if (admin == null) {
      return null;
    }
    StoreInfo info = admin.info();
    failed.count(info.failedWrites(), info.problem() != null);
    return info;
  }

  private @Nullable Room askDisk() throws IOException {
    return Room.of(store.service() == null ? null : storeSource.answer().value());
  }

  private BrokerHealth.@Nullable Problems askBroker() {
    BrokerAdmin admin = broker.service();
    return admin == null ? null : BrokerHealth.Problems.of(admin);
  }
}
