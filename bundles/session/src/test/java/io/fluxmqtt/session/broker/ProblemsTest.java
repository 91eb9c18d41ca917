package io.fluxmqtt.session.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.admin.ListenerInfo;
import io.fluxmqtt.api.admin.ListenerInfo.State;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is wrong, and which of it keeps clients from being served. */
class ProblemsTest {
  private final Fixture fixture = new Fixture();
  private final List<ListenerInfo> listeners = new ArrayList<>();
  private Optional<String> badConfiguration = Optional.empty();
  private final Administration admin =
      new Administration(fixture.broker, () -> listeners, () -> badConfiguration);

  @Test
  void nothingIsWrongWithAListenerThatListens() {
    listener("lan", State.LISTENING, null);
    assertEquals(List.of(), admin.problems());
    assertEquals(List.of(), admin.outages());
  }

  @Test
  void noListenerIsAnOutage() {
    assertTrue(admin.outages().get(0).startsWith("there is no listener"), "named");
    assertEquals(admin.outages(), admin.problems());
  }

  @Test
  void listenerThatDoesNotListenIsAnOutage() {
    listener("lan", State.RETRYING, "the port is taken");
    listener("wan", State.REFUSED, "anyone could come in");
    assertEquals(
        List.of("listener lan: the port is taken", "listener wan: anyone could come in"),
        admin.outages());
    assertEquals(admin.outages(), admin.problems());
  }

  @Test
  void whatIsNotAsConfiguredButServesIsNoOutage() {
    listener("lan", State.LISTENING, "port=x; the old configuration stays");
    badConfiguration = Optional.of("queueMaxBytes=x is not a whole number");
    assertEquals(
        List.of(
            "queueMaxBytes=x is not a whole number",
            "listener lan: port=x; the old configuration stays"),
        admin.problems());
    assertEquals(List.of(), admin.outages());
  }

  private void listener(String name, State state, @Nullable String problem) {
    listeners.add(new ListenerInfo(name, "tcp://127.0.0.1:1883", state, problem, 0, ""));
  }
}
