package io.fluxmqtt.session.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.message.Message;
import io.fluxmqtt.api.message.MessageProperties;
import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.message.QoS;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WindowTest {
  private static final int ALL_IDS = 65_535;

  private final Window window = new Window();

  @Test
  void identifiersBeginAtOneAndFollowEachOther() {
    window.connected(3);

    assertEquals(List.of(1, 2, 3), ids(send(), send(), send()));
    assertEquals(3, window.size());
  }

  @Test
  void openUntilAsManyAreOutstandingAsTheClientTakes() {
    window.connected(2);
    Delivery first = send();
    assertTrue(window.isOpen());
    send();
    assertFalse(window.isOpen());

    window.remove(first, false);

    assertTrue(window.isOpen());
    assertNull(window.find(first.packetId()));
    assertEquals(1, window.size());
  }

  @Test
  void messageThatAwaitsPubCompKeepsItsPlaceAndItsIdentifier() {
    window.connected(1);
    Delivery received = send();

    window.remove(received, true);

    assertNull(window.find(1));
    assertTrue(window.isReleased(1));
    assertEquals(List.of(1), window.releases());
    assertEquals(1, window.size());
    assertFalse(window.isOpen());
    assertTrue(window.complete(1));
    assertFalse(window.isReleased(1));
    assertEquals(0, window.size());
    assertTrue(window.isOpen());
  }

  @Test
  void completionThatWasNotAwaitedOpensNothing() {
    window.connected(1);
    send();

    assertFalse(window.complete(1));
    assertFalse(window.complete(7));

    assertFalse(window.isOpen());
    assertEquals(1, window.size());
  }

  @Test
  void releasesKeepTheOrderOfTheirReceipts() {
    window.connected(3);
    List<Delivery> sent = List.of(send(), send(), send());

    window.remove(sent.get(2), true);
    window.remove(sent.get(0), true);
    window.remove(sent.get(1), true);

    assertEquals(List.of(3, 1, 2), window.releases());
  }

  @Test
  void identifiersInUseAreLeftOutWhenTheyComeRound() {
    window.connected(ALL_IDS);
    Delivery one = send();
    Delivery two = send();
    Delivery three = send();
    for (int id = 4; id <= ALL_IDS; id++) {
      window.remove(send(), false);
    }
    window.remove(two, true); // awaits PUBCOMP
    window.remove(three, false);

    Delivery next = send();

    assertEquals(3, next.packetId(), "after 65,535 comes 1, then 2, both in use");
    assertSame(one, window.find(1));
  }

  @Test
  void highestIdentifierIsUsed() {
    window.restoreRelease(ALL_IDS - 1);
    window.connected(10);

    assertEquals(List.of(ALL_IDS, 1), ids(send(), send()));
  }

  @Test
  void closedWhileAllIdentifiersAreInUseHoweverMuchTheClientTakes() {
    window.connected(ALL_IDS + 10);
    for (int id = 1; id < ALL_IDS; id++) {
      send();
    }
    window.remove(window.find(1), true);
    assertTrue(window.isOpen());

    assertEquals(ALL_IDS, send().packetId());

    assertFalse(window.isOpen());
    assertEquals(ALL_IDS, window.size());
  }

  @Test
  void whatWasSentIsDueAgainInItsOrderAfterAReconnect() {
    window.connected(3);
    List<Delivery> sent = List.of(send(), send(), send());

    window.connected(3);

    assertTrue(window.mustResendFirst());
    assertEquals(sent, List.copyOf(window.sent()));
    assertEquals(sent, resent());
    assertFalse(window.mustResendFirst());
    assertFalse(window.isOpen(), "all three are outstanding again");
    assertEquals(List.of(1, 2, 3), ids(sent.toArray(Delivery[]::new)));
  }

  @Test
  void resendingWaitsForPlacesInTheNewWindow() {
    window.connected(4);
    Delivery first = send();
    Delivery second = send();
    Delivery third = send();
    window.remove(third, true);

    window.connected(2); // one is taken by the PUBREL that is sent again

    assertSame(first, window.nextToResend());
    assertNull(window.nextToResend());
    assertTrue(window.mustResendFirst());
    window.complete(third.packetId());
    assertSame(second, window.nextToResend());
    assertNull(window.nextToResend());
    assertFalse(window.isOpen());
  }

  @Test
  void secondReconnectBeginsTheResendingAnew() {
    window.connected(3);
    List<Delivery> sent = List.of(send(), send());
    window.connected(3);
    window.nextToResend();

    window.connected(3);

    assertEquals(sent, resent());
  }

  @Test
  void acknowledgedBeforeItWasSentAgainTakesNoPlace() {
    window.connected(2);
    Delivery first = send();
    Delivery second = send();

    window.connected(2);
    window.remove(first, false);

    assertEquals(List.of(second), resent());
    assertTrue(window.isOpen(), "only one is outstanding");
    send();
    assertFalse(window.isOpen());
  }

  @Test
  void receivedBeforeItWasSentAgainTakesAPlaceUntilPubComp() {
    window.connected(1);
    Delivery first = send();

    window.connected(1);
    window.remove(first, true);

    assertFalse(window.mustResendFirst());
    assertFalse(window.isOpen());
    assertTrue(window.complete(first.packetId()));
    assertTrue(window.isOpen());
  }

  @Test
  void whatAStoreKeptIsDueAgainAndKeepsItsIdentifier() {
    Delivery kept = delivery();
    kept.assign(5);
    window.restore(kept);
    window.restoreRelease(3);

    window.connected(10);

    assertSame(kept, window.find(5));
    assertEquals(List.of(3), window.releases());
    assertEquals(2, window.size());
    assertEquals(List.of(kept), resent());
    assertEquals(6, send().packetId(), "after the highest that was kept");
  }

  @Test
  void identifiersGoOnAfterTheHighestReleaseThatWasKept() {
    Delivery kept = delivery();
    kept.assign(2);
    window.restoreRelease(9);
    window.restore(kept);

    window.connected(10);

    assertEquals(10, send().packetId());
  }

  private Delivery send() {
    Delivery delivery = delivery();
    window.send(delivery);
    assertSame(delivery, window.find(delivery.packetId()));
    return delivery;
  }

  private List<Delivery> resent() {
    List<Delivery> resent = new ArrayList<>();
    for (Delivery next = window.nextToResend(); next != null; next = window.nextToResend()) {
      resent.add(next);
    }
    return resent;
  }

  private static List<Integer> ids(Delivery... deliveries) {
    return List.of(deliveries).stream().map(Delivery::packetId).toList();
  }

  private static Delivery delivery() {
    Message message =
        new Message("t", Payload.EMPTY, QoS.EXACTLY_ONCE, false, MessageProperties.NONE);
    return new Delivery(new Publication(message, null, Publication.NEVER), null, QoS.EXACTLY_ONCE);
  }
}
