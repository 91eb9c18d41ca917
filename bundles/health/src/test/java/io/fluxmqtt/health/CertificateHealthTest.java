package io.fluxmqtt.health;

import static org.apache.felix.hc.api.Result.Status.CRITICAL;
import static org.apache.felix.hc.api.Result.Status.OK;
import static org.apache.felix.hc.api.Result.Status.WARN;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fluxmqtt.api.admin.ListenerInfo;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CertificateHealthTest {
  private static final String CERTIFICATES = "MQTT certificates";

  private final Given given = Given.running();

  @Test
  void listenersWithoutCertificatesAreFine() {
    listener("plain", null);
    assertEquals("OK 0 listeners with certificates\n", Given.text(given.looked(CERTIFICATES)));
  }

  @Test
  void certificateIsAWarningWhenItsEndIsNearAndRedAfterIt() {
    expiresIn(Duration.ofDays(14));
    assertEquals(OK, given.status(CERTIFICATES));
    expiresIn(Duration.ofDays(14).minusSeconds(1));
    assertEquals(WARN, given.status(CERTIFICATES));
    assertEquals(
        "WARN the certificate of listener secure ends in 13 days, at 2030-01-14T23:59:59Z:"
            + " replace its file\nOK 1 listeners with certificates\n",
        Given.text(given.looked(CERTIFICATES)));
    expiresIn(Duration.ZERO);
    assertEquals(WARN, given.status(CERTIFICATES));
    expiresIn(Duration.ofSeconds(-1));
    assertEquals(CRITICAL, given.status(CERTIFICATES));
    expiresIn(Duration.ofDays(90));
    assertEquals(OK, given.status(CERTIFICATES));
  }

  @Test
  void daysOfWarningCanBeChanged() {
    expiresIn(Duration.ofDays(5));
    given.watch.configure(new HealthSettings(Duration.ofSeconds(3), 2, 1, 0, 5));
    assertEquals(OK, given.status(CERTIFICATES));
    given.watch.configure(new HealthSettings(Duration.ofSeconds(3), 2, 1, 0, 6));
    assertEquals(WARN, given.status(CERTIFICATES));
  }

  private void expiresIn(Duration time) {
    given.broker.listeners.clear();
    listener("secure", Given.NOW.plus(time));
  }

  private void listener(String name, Instant expires) {
    given.broker.listeners.add(
        new ListenerInfo(
            name, "x://", ListenerInfo.State.LISTENING, null, 0, "", expires, Map.of()));
  }
}
