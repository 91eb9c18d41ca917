package io.fluxmqtt.health;

import io.fluxmqtt.api.admin.BrokerAdmin;
import io.fluxmqtt.api.admin.StoreAdmin;
import io.fluxmqtt.api.admin.StoreInfo;
import java.time.Duration;
import java.util.function.Supplier;
import org.apache.felix.hc.api.HealthCheck;
import org.apache.felix.hc.api.Result;
import org.jspecify.annotations.Nullable;

/**
 * Whether what is acknowledged can be kept: red while nothing can be written or what is to be
 * written waits too long, a warning for damage that nobody has looked at.
 */
final class StoreHealth implements HealthCheck {
  /** A start or an update may take so long before somebody has to look. */
  static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Presence<StoreAdmin> store;
  private final Presence<BrokerAdmin> broker;
  private final Source<StoreInfo> source;
  private final FailedWrites failed;
  private final Supplier<HealthSettings> settings;

  /**
   * Over a store.
   *
   * @param broker is there only with a store
   * @param failed is told of the store's counter by whoever asks it
   */
  StoreHealth(
      Presence<StoreAdmin> store,
      Presence<BrokerAdmin> broker,
      Source<StoreInfo> source,
      FailedWrites failed,
      Supplier<HealthSettings> settings) {
    this.store = store;
    this.broker = broker;
    this.source = source;
    this.failed = failed;
    this.settings = settings;
  }

  @Override
  public Result execute() {
    Report report = new Report();
    Duration absent = store.absent();
    if (absent != null) {
      return away(report, absent).result();
    }
    Source.Answer<StoreInfo> answer = source.answer();
    if (answer.silent().compareTo(Report.SILENCE) >= 0) {
      report.red(
          "the store has not answered for %s: its disk hangs; see the kernel's log"
              .formatted(Report.seconds(answer.silent())));
    }
    if (answer.failure() != null) {
      report.red("the store cannot say how it is: " + Report.why(answer.failure()));
    }
    StoreInfo info = answer.value();
    if (info != null) {
      judge(report, info);
    } else if (answer.failure() == null) {
      report.waiting("the store has not been asked yet");
    }
    return report.result();
  }

  private Report away(Report report, Duration absent) {
    if (broker.service() != null) { // which there would not be without a store
      return report.warn("the store does not tell how it is: it has no service StoreAdmin");
    }
    return absent.compareTo(PATIENCE) < 0
        ? report.waiting("there is no store yet")
        : report.red(
            "there has been no store for %s, and so no broker: the log says why it cannot be opened,"
                    .formatted(Report.seconds(absent))
                + " or its bundle is not started (io.fluxmqtt.store and that of its engine)");
  }

  private void judge(Report report, StoreInfo info) {
    writes(report, info);
    damage(report, info);
    report.ok(
        info.durable()
            ? "%s in %s".formatted(info.engine(), info.folder())
            : ("%s keeps nothing beyond the end of the process; for that set engine=auto in"
                    + " io.fluxmqtt.store.cfg")
                .formatted(info.engine()));
  }

  private void writes(Report report, StoreInfo info) {
    @Nullable String problem = info.problem();
    long recent = failed.recent();
    if (problem != null) {
      report.red(problem);
    } else if (recent > 0) {
      report.waiting(
          "the store writes again, but %d writes have failed, the last one within %d s; if that goes on,"
                  .formatted(recent, FailedWrites.LATELY.toSeconds())
              + " the disk is failing: see the kernel's log");
    }
    Duration waited = Duration.ofMillis(Math.round(info.oldestPendingSeconds() * 1000));
    Duration most = settings.get().commitWaitMax();
    if (waited.compareTo(most) > 0) {
      report.waiting(
          "what is to be stored has waited for %s (commitWaitMaxMillis=%d in io.fluxmqtt.health): the disk"
                  .formatted(Report.seconds(waited), most.toMillis())
              + " hangs or is too slow");
    }
  }

  private void damage(Report report, StoreInfo info) {
    long damage = info.quarantined() + info.setAside();
    if (damage > settings.get().damageSeen()) {
      report.warn(
          ("%d damaged entries and %d damaged files or parts of files are set aside: the log said which;"
                  + " check the disk, then set damageSeen=%d in io.fluxmqtt.health.cfg")
              .formatted(info.quarantined(), info.setAside(), damage));
    }
  }
}
