package io.fluxmqtt.session.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.message.ReasonCode;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FailureThrottleTest {
  private static final FailureLimits LIMITS =
      new FailureLimits(3, Duration.ofSeconds(4), FailureLimits.DEFAULT.exempt());
  private static final InetSocketAddress ADDRESS = at("192.0.2.1");
  private static final int GUESSER = 77;
  private static final int OTHER = 78;

  private final HandTime time = new HandTime();
  private final FailureThrottle throttle = new FailureThrottle(time);

  private static InetSocketAddress at(String address) {
    try {
      return new InetSocketAddress(InetAddress.getByName(address), 1);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private boolean fail(int client) {
    return throttle.failed(ADDRESS, client, LIMITS);
  }

  private boolean admits(int client) {
    return throttle.admits(ADDRESS, client, LIMITS);
  }

  private void failTillSlowed() {
    assertFalse(fail(GUESSER));
    assertFalse(fail(GUESSER));
    assertTrue(admits(GUESSER));
    assertTrue(fail(GUESSER), "said once");
  }

  /** How long it is refused, in milliseconds, to the nearest 500. */
  private long refusedMillis(int client) {
    long millis = 0;
    while (!admits(client)) {
      time.advanceMillis(500);
      millis += 500;
    }
    return millis;
  }

  @Test
  void whoFailsIsRefusedLongerAndLongerUpToALimit() {
    failTillSlowed();
    assertEquals(1_000, refusedMillis(GUESSER));
    assertFalse(fail(GUESSER), "said already");
    assertEquals(2_000, refusedMillis(GUESSER));
    fail(GUESSER);
    assertEquals(4_000, refusedMillis(GUESSER));
    for (int i = 0; i < 100; i++) {
      fail(GUESSER);
      assertEquals(4_000, refusedMillis(GUESSER));
    }
  }

  @Test
  void afterTheDelayOneIsJudgedAndOneEachSecond() {
    failTillSlowed();
    time.advanceMillis(1_000);
    assertTrue(admits(GUESSER));
    assertFalse(admits(GUESSER));
    assertEquals(1_000, refusedMillis(GUESSER));
  }

  @Test
  void othersOfTheAddressAreJudgedTenASecond() {
    failTillSlowed();
    for (int i = 0; i < 10; i++) {
      assertTrue(admits(OTHER + i));
    }
    assertFalse(admits(OTHER));
    assertFalse(admits(GUESSER));
    time.advanceMillis(1_000);
    assertTrue(admits(OTHER));
  }

  @Test
  void otherAddressesAreNotSlowed() {
    failTillSlowed();
    for (int i = 0; i < 100; i++) {
      assertTrue(throttle.admits(at("192.0.2.2"), GUESSER, LIMITS));
      assertTrue(throttle.admits(null, GUESSER, LIMITS));
    }
    assertFalse(throttle.failed(null, GUESSER, LIMITS));
    InetSocketAddress unknown = InetSocketAddress.createUnresolved("x", 1);
    assertFalse(throttle.failed(unknown, GUESSER, LIMITS));
    assertTrue(throttle.admits(unknown, GUESSER, LIMITS));
    assertEquals(1, throttle.size());
  }

  @Test
  void networkOfIpv6CountsAsOneAddress() {
    for (int i = 1; i <= 3; i++) {
      throttle.failed(at("2001:db8:0:1::" + i), GUESSER, LIMITS);
    }
    assertEquals(1, throttle.size());
    assertFalse(throttle.admits(at("2001:db8:0:1:ffff::9"), GUESSER, LIMITS));
    assertTrue(throttle.admits(at("2001:db8:0:2::1"), GUESSER, LIMITS));
  }

  @Test
  void aMinuteWithoutFailureEndsIt() {
    failTillSlowed();
    time.advance(Duration.ofSeconds(1 + 59));
    assertTrue(admits(GUESSER));
    assertFalse(admits(GUESSER));
    time.advance(Duration.ofSeconds(1));
    assertTrue(admits(GUESSER));
    assertTrue(admits(GUESSER));
    failTillSlowed();
    assertEquals(1_000, refusedMillis(GUESSER), "from the beginning");
  }

  @Test
  void failuresFarApartAreBorne() {
    for (int i = 0; i < 20; i++) {
      assertFalse(fail(GUESSER));
      assertTrue(admits(GUESSER));
      time.advance(Duration.ofSeconds(60));
    }
  }

  @Test
  void whoIsAcceptedIsFreeAgainButNotItsAddress() {
    fail(OTHER);
    failTillSlowedWith(GUESSER);
    throttle.succeeded(ADDRESS, OTHER, LIMITS);
    assertTrue(admits(OTHER));
    assertTrue(admits(OTHER), "as one of the others");
    assertFalse(admits(GUESSER));
    fail(OTHER);
    assertFalse(admits(OTHER), "known again");
  }

  private void failTillSlowedWith(int client) {
    while (!fail(client)) {
      assertTrue(admits(client));
    }
  }

  @Test
  void onlyTheLastThatFailedAreKnown() {
    for (int i = 0; i <= FailureThrottle.CLIENTS_MAX; i++) {
      fail(1_000 + i);
    }
    assertTrue(admits(1_000), "forgotten, so one of the others");
    for (int i = 1; i <= FailureThrottle.CLIENTS_MAX; i++) {
      assertFalse(admits(1_000 + i), "client " + i);
    }
    for (int i = 1; i <= FailureThrottle.CLIENTS_MAX; i++) {
      throttle.succeeded(ADDRESS, 1_000 + i, LIMITS);
    }
    for (int i = 1; i < 10; i++) {
      assertTrue(admits(1_000 + i), "client " + i);
    }
  }

  @Test
  void clientsOfALaterEpisodeAreAllKnown() {
    failTillSlowed();
    fail(OTHER);
    time.advance(Duration.ofMinutes(5));
    for (int i = 0; i < FailureThrottle.CLIENTS_MAX; i++) {
      fail(2_000 + i);
    }
    for (int i = 0; i < FailureThrottle.CLIENTS_MAX; i++) {
      assertFalse(admits(2_000 + i), "client " + i);
    }
    assertTrue(admits(GUESSER), "of the earlier one");
  }

  @Test
  void memoryIsBounded() {
    int max = FailureThrottle.ADDRESSES_MAX;
    for (int i = 0; i < max + 100; i++) {
      throttle.failed(at("10." + (i >> 16) + "." + (i >> 8 & 255) + "." + (i & 255)), 1, LIMITS);
    }
    assertEquals(max, throttle.size());
    time.advance(Duration.ofSeconds(61));
    fail(GUESSER);
    assertEquals(1, throttle.size(), "who is quiet again leaves first");
  }

  @Test
  void changedLimitsCountForNewConnections() {
    failTillSlowed();
    assertFalse(admits(GUESSER));
    assertTrue(throttle.admits(ADDRESS, GUESSER, limits(4, LIMITS.exempt())));
    assertTrue(throttle.admits(ADDRESS, GUESSER, limits(0, LIMITS.exempt())));
    FailureLimits exempt = limits(3, List.of(AddressRange.parse("192.0.2.0/24")));
    assertTrue(throttle.admits(ADDRESS, GUESSER, exempt));
    assertFalse(admits(GUESSER));
    FailureLimits longer = new FailureLimits(3, Duration.ofSeconds(100), LIMITS.exempt());
    for (int i = 0; i < 6; i++) {
      throttle.failed(ADDRESS, GUESSER, longer);
    }
    assertEquals(64_000, refusedMillis(GUESSER));
  }

  private static FailureLimits limits(int failuresMax, List<AddressRange> exempt) {
    return new FailureLimits(failuresMax, LIMITS.delayMax(), exempt);
  }

  @Test
  void thisMachineIsExempt() {
    for (String local : List.of("127.0.0.1", "127.9.9.9", "::1")) {
      for (int i = 0; i < 10; i++) {
        assertFalse(throttle.failed(at(local), GUESSER, LIMITS));
      }
      assertTrue(throttle.admits(at(local), GUESSER, LIMITS));
    }
    assertEquals(0, throttle.size());
  }

  @Test
  void badLimitsAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> limits(-1, List.of()));
    assertThrows(
        IllegalArgumentException.class,
        () -> new FailureLimits(1, Duration.ofMillis(999), List.of()));
  }

  @ParameterizedTest
  @EnumSource(ReasonCode.class)
  void onlyWhoIsNotWhoItSaysHasFailed(ReasonCode reason) {
    AccessControl control =
        new AccessControl(
            Given.settings(List.of(), List.of())
                .withFailureLimits(new FailureLimits(1, Duration.ofSeconds(1), List.of())),
            time);
    boolean counts =
        List.of(ReasonCode.BAD_USER_NAME_OR_PASSWORD, ReasonCode.NOT_AUTHORIZED, ReasonCode.BANNED)
            .contains(reason);
    String said = control.judged(ADDRESS, "ann", "id", new Admission.Refused(reason, "for a test"));
    assertEquals(counts, said != null);
    Admission.Refused refused = control.throttled(ADDRESS, "ann", "id");
    assertEquals(counts, refused != null);
    if (refused != null) {
      assertEquals(ReasonCode.CONNECTION_RATE_EXCEEDED, refused.reason());
      assertNotNull(said);
      assertTrue(said.startsWith("1 failed authentications from this address"), said);
      assertNull(control.throttled(ADDRESS, "bob", "id"));
      assertNull(control.throttled(ADDRESS, "ann", "other"));
      assertNull(control.judged(ADDRESS, "ann", "id", new Admission.Granted(Given.ANN)));
      assertNull(control.throttled(ADDRESS, "ann", "id"));
    }
    control.close();
  }
}
