package io.fluxmqtt.health;

import io.fluxmqtt.api.admin.BrokerAdmin;
import io.fluxmqtt.api.admin.ListenerInfo;
import io.fluxmqtt.api.admin.PluginInfo;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.felix.hc.api.Result;

/** Three checks of one broker, over what it says is wrong. */
final class BrokerHealth {
  /** A broker that is there and has not answered for so long will not; a restart is in order. */
  static final Duration DEAD = Duration.ofSeconds(30);

  /**
   * What the broker says.
   *
   * @param outages what keeps clients from being served
   * @param others what is wrong beside that
   * @param certified the listeners that have certificates
   * @param plugins the services that the access policy names
   */
  record Problems(
      List<String> outages,
      List<String> others,
      List<ListenerInfo> certified,
      List<PluginInfo> plugins) {
    static Problems of(BrokerAdmin broker) {
      List<String> outages = broker.outages();
      List<String> others =
          broker.problems().stream().filter(line -> !outages.contains(line)).toList();
      List<ListenerInfo> certified =
          broker.listeners().stream()
              .filter(listener -> listener.certificateExpires() != null)
              .toList();
      return new Problems(outages, others, certified, List.copyOf(broker.plugins()));
    }
  }

  private final Presence<BrokerAdmin> broker;
  private final Source<Problems> source;
  private final Supplier<Optional<String>> ownProblem;

  /**
   * Over a broker.
   *
   * @param ownProblem why the newest configuration of these checks is not in force
   */
  BrokerHealth(
      Presence<BrokerAdmin> broker,
      Source<Problems> source,
      Supplier<Optional<String>> ownProblem) {
    this.broker = broker;
    this.source = source;
    this.ownProblem = ownProblem;
  }

  /** Whether clients are served. */
  Result service() {
    Report report = new Report();
    Duration absent = broker.absent();
    if (absent != null) {
      return away(report, absent).result();
    }
    Source.Answer<Problems> answer = source.answer();
    if (answer.silent().compareTo(Report.SILENCE) >= 0) {
      report.red(
          "the broker has not answered for %s: if that goes on, restart it"
              .formatted(Report.seconds(answer.silent())));
    }
    if (answer.failure() != null) {
      report.red("the broker cannot say how it is: " + Report.why(answer.failure()));
    }
    Problems problems = answer.value();
    if (problems != null) {
      problems.outages().forEach(report::red);
      report.ok("the session manager is there");
    } else if (answer.failure() == null) {
      report.waiting("the broker has not been asked yet");
    }
    return report.result();
  }

  private static Report away(Report report, Duration absent) {
    return absent.compareTo(StoreHealth.PATIENCE) < 0
        ? report.waiting("there is no broker yet")
        : report.red(
            "there has been no broker for %s: without a store there is none, else the log says why, or"
                    .formatted(Report.seconds(absent))
                + " the bundle io.fluxmqtt.session is not started");
  }

  /** Whether all is as it was configured, though clients are served. */
  Result configuration() {
    Report report = new Report();
    ownProblem.get().ifPresent(report::warn);
    Problems problems = source.answer().value();
    if (problems == null) {
      report.ok("no broker that could tell");
    } else {
      problems.others().forEach(report::warn);
      report.ok("%d problems".formatted(problems.others().size()));
    }
    return report.result();
  }

  /** Whether a restart would help: not for what is only missing, full or wrong. */
  Result liveness() {
    Duration silent = source.answer().silent();
    Report report = new Report();
    if (broker.service() != null && silent.compareTo(DEAD) >= 0) {
      report.red(
          "the broker has not answered for %s: restart it".formatted(Report.seconds(silent)));
    } else {
      report.ok("alive");
    }
    return report.result();
  }
}
