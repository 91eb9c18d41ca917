package io.fluxmqtt.session.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.fluxmqtt.api.message.Message;
import io.fluxmqtt.api.message.MessageProperties;
import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.spi.auth.Principal;
import io.fluxmqtt.api.spi.store.SessionChange;
import io.fluxmqtt.api.spi.store.StoredSession;
import io.fluxmqtt.session.Packet;
import io.fluxmqtt.session.ProtocolVersion;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A Will is published once, also if the broker ends between the client's death and that. */
class KeptWillTest {
  private static final InetSocketAddress ADDRESS = new InetSocketAddress("127.0.0.1", 4711);

  private static Packet.Connect mortal(boolean retain) {
    Packet.Will will =
        new Packet.Will(
            "will", Payload.ofUtf8("gone"), QoS.AT_LEAST_ONCE, retain, MessageProperties.NONE, 0);
    return TestClient.connect(ProtocolVersion.V5_0, "mortal", false, 1_000, will, 65_535);
  }

  private static StoredSession lastHead(Fixture fixture) {
    List<SessionChange.PutSession> heads = fixture.stores.changes(SessionChange.PutSession.class);
    return heads.get(heads.size() - 1).session();
  }

  @Test
  void whereTheClientCameFromIsKeptWithItsWill() {
    Fixture fixture = new Fixture();
    TestClient client = fixture.client().connect(mortal(false));
    assertEquals("test", lastHead(fixture).listener());
    assertEquals(client.remoteAddress(), lastHead(fixture).remoteAddress());
    assertNotNull(lastHead(fixture).will());
  }

  /** Rules for the clients of one machine, for example, need its address. */
  @Test
  void afterARestartThePolicyIsAskedAboutTheClientAsItWas() {
    Message will = Message.of("will", Payload.ofUtf8("gone"), QoS.AT_LEAST_ONCE, false);
    Fixture restarted =
        new Fixture(
            Fixture.SETTINGS,
            visitor ->
                visitor.session(
                    new StoredSession(
                        1, "mortal", Principal.ANONYMOUS, 100, null, will, 1, "lan", ADDRESS)));
    TestClient watcher = restarted.client().connect("w").subscribe("will", QoS.AT_MOST_ONCE);
    assertEquals("w", restarted.asked.clientId());
    restarted.pass(2);
    assertEquals("mortal", restarted.asked.clientId());
    assertEquals("lan", restarted.asked.listener());
    assertEquals(ADDRESS, restarted.asked.remoteAddress());
    assertEquals(List.of("gone"), watcher.payloads());
  }

  @Test
  void theStoreHasTheWillUntilItHasWhatBecameOfIt() {
    for (boolean retain : new boolean[] {false, true}) {
      Fixture fixture = new Fixture();
      fixture
          .client()
          .connect(TestClient.connect5("sleeper", false, 1_000))
          .subscribe("will", QoS.AT_LEAST_ONCE)
          .cut();
      TestClient mortal = fixture.client().connect(mortal(retain));
      fixture.removeAuthorizer();
      mortal.cut();
      assertNotNull(lastHead(fixture).will(), "nobody has decided on it");
      assertEquals(List.of(), fixture.stores.changes(SessionChange.Append.class));

      fixture.putAuthorizer();
      fixture.settle();
      assertEquals(1, fixture.stores.changes(SessionChange.Append.class).size());
      assertNull(lastHead(fixture).will());
    }
  }

  @Test
  void aWillAndItsEndAreOneBatch() {
    Fixture fixture = new Fixture();
    fixture
        .client()
        .connect(TestClient.connect5("sleeper", false, 1_000))
        .subscribe("will", QoS.AT_LEAST_ONCE)
        .cut();
    TestClient mortal = fixture.client().connect(mortal(false));
    int before = fixture.stores.calls().size();
    mortal.cut();
    assertEquals(1, fixture.stores.changes(SessionChange.Append.class).size());
    assertNull(lastHead(fixture).will());
    assertEquals(List.of("commit"), fixture.stores.calls().subList(before, before + 1));
    assertEquals(before + 1, fixture.stores.calls().size());
  }

  @Test
  void whoIsBackBeforeTheDecisionKeepsTheNextWill() {
    Fixture fixture = new Fixture();
    TestClient watcher = fixture.client().connect("w").subscribe("will", QoS.AT_MOST_ONCE);
    TestClient first = fixture.client().connect(mortal(false));
    TestClient second = fixture.clientOnOtherLoop();
    fixture.removeAuthorizer();
    first.cut();
    second.connect(mortal(false)); // waits for the policy as well
    fixture.putAuthorizer();
    fixture.settle();
    assertEquals(List.of("gone"), watcher.payloads());
    assertNotNull(lastHead(fixture).will());
  }
}
