package io.fluxmqtt.health;

import io.fluxmqtt.api.admin.ListenerInfo;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import org.apache.felix.hc.api.HealthCheck;
import org.apache.felix.hc.api.Result;

/** Whether the certificates of the listeners hold for some time to come. */
final class CertificateHealth implements HealthCheck {
  private final Source<BrokerHealth.Problems> source;
  private final Supplier<HealthSettings> settings;
  private final Clock clock;

  CertificateHealth(
      Source<BrokerHealth.Problems> source, Supplier<HealthSettings> settings, Clock clock) {
    this.source = source;
    this.settings = settings;
    this.clock = clock;
  }

  @Override
  public Result execute() {
    Report report = new Report();
    BrokerHealth.Problems known = source.answer().value();
    List<ListenerInfo> listeners = known == null ? List.of() : known.certified();
    for (ListenerInfo listener : listeners) {
      judge(report, listener.name(), listener.certificateExpires());
    }
    return report.ok("%d listeners with certificates".formatted(listeners.size())).result();
  }

  private void judge(Report report, String listener, Instant expires) {
    Duration left = Duration.between(clock.instant(), expires);
    if (left.isNegative()) {
      report.red(
          "the certificate of listener %s has ended at %s, so clients refuse it: replace its file"
              .formatted(listener, expires));
    } else if (left.compareTo(Duration.ofDays(settings.get().certificateWarnDays())) < 0) {
      report.warn(
          "the certificate of listener %s ends in %d days, at %s: replace its file"
              .formatted(listener, left.toDays(), expires));
    }
  }
}
