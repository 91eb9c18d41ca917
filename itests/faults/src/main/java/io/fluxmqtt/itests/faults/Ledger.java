package io.fluxmqtt.itests.faults;

import io.fluxmqtt.itests.faults.load.Findings;
import io.fluxmqtt.itests.faults.load.Findings.Kind;
import io.fluxmqtt.itests.faults.load.Probe;
import io.fluxmqtt.itests.kit.BrokerAddress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What was acknowledged for one session that is away, so that it must come one day. */
final class Ledger {
  static final String TOPIC = "kept/topic";
  private static final String SESSION = "ledger-sleeper";
  private static final String RETAINED = "kept-last/topic";
  private static final int PATIENCE_MILLIS = 10_000;
  private static final int QUIET_MILLIS = 1_000;

  private final Findings findings;
  private final List<String> owed = new ArrayList<>();
  private String last = "";
  private int count;

  Ledger(Findings findings) {
    this.findings = findings;
  }

  /** Makes the session. */
  void open(BrokerAddress broker) throws IOException {
    try (Probe sleeper = Probe.lasting(broker, SESSION)) {
      require(sleeper.subscribe("kept/#", 2, PATIENCE_MILLIS) == 2, "SUBSCRIBE was refused");
    }
  }

  /** Publishes to it; what is acknowledged is owed from now on. Returns the code. */
  int publish(Probe publisher, int qos, String filler) {
    String name = "m" + count++;
    int code = publisher.publish(TOPIC, qos, false, name + filler, PATIENCE_MILLIS);
    if (isSuccess(code)) {
      owed.add(name);
    }
    return code;
  }

  /** Sets a Retained Message; the code. */
  int retain(Probe publisher) {
    String name = "r" + count++;
    int code = publisher.publish(RETAINED, 1, true, name, PATIENCE_MILLIS);
    if (isSuccess(code)) {
      last = name;
    }
    return code;
  }

  static boolean isSuccess(int code) {
    return code >= 0 && code < 0x80;
  }

  int owed() {
    return owed.size();
  }

  /** The session comes and gets what it is owed, in order, and maybe more. */
  void collect(BrokerAddress broker) throws IOException {
    try (Probe sleeper = Probe.lasting(broker, SESSION)) {
      if (!sleeper.sessionPresent()) {
        findings.add(Kind.SESSION, "the session is gone");
        return;
      }
      if (!owed.isEmpty()) {
        sleeper.awaits(owed.get(owed.size() - 1), PATIENCE_MILLIS);
      }
      List<String> got = sleeper.messages(QUIET_MILLIS).stream().map(Ledger::name).toList();
      Set<String> missing = new HashSet<>(owed);
      missing.removeAll(Set.copyOf(got));
      if (!missing.isEmpty()) {
        findings.add(
            Kind.LOST,
            "%d of %d acknowledged messages: %s".formatted(missing.size(), owed.size(), missing));
      }
      owed.clear();
    }
    checkRetained(broker);
  }

  private void checkRetained(BrokerAddress broker) throws IOException {
    try (Probe reader = Probe.passing(broker, "ledger-reader", 5)) {
      reader.subscribe(RETAINED, 0, PATIENCE_MILLIS);
      List<String> got = reader.messages(QUIET_MILLIS);
      int number = got.isEmpty() ? -1 : Integer.parseInt(got.get(0).substring(1));
      if (!last.isEmpty() && number < Integer.parseInt(last.substring(1))) {
        findings.add(Kind.LOST, "the Retained Message is " + got + ", and was set to " + last);
      }
    }
  }

  private static String name(String payload) {
    int end = payload.indexOf(' ');
    return end < 0 ? payload : payload.substring(0, end);
  }

  private void require(boolean condition, String text) {
    if (!condition) {
      findings.add(Kind.PROTOCOL, text);
    }
  }
}
