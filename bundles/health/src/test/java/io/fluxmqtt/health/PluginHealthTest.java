package io.fluxmqtt.health;

import static org.apache.felix.hc.api.Result.Status.CRITICAL;
import static org.apache.felix.hc.api.Result.Status.OK;
import static org.apache.felix.hc.api.Result.Status.TEMPORARILY_UNAVAILABLE;
import static org.apache.felix.hc.api.Result.Status.WARN;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fluxmqtt.api.admin.PluginInfo;
import io.fluxmqtt.api.admin.PluginInfo.State;
import org.apache.felix.hc.api.Result;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PluginHealthTest {
  private static final String PLUGINS = "MQTT plug-ins";

  private final Given given = Given.running();

  @Test
  void servicesThatAnswerAreFine() {
    is(State.SERVING, null);
    assertEquals("OK 1 services are named\n", Given.text(given.looked(PLUGINS)));
  }

  @Test
  void missingOneIsRedUntilItIsBack() {
    is(State.AWAITED, "authenticator file is awaited");
    assertEquals(TEMPORARILY_UNAVAILABLE, given.status(PLUGINS));
    is(State.MISSING, "authenticator file is missing");
    Result result = given.looked(PLUGINS);
    assertEquals(CRITICAL, result.getStatus());
    assertEquals(
        "CRITICAL authenticator file is missing\nOK 1 services are named\n", Given.text(result));
    is(State.SERVING, null);
    assertEquals(OK, given.status(PLUGINS));
  }

  @Test
  void oneThatFailsIsRedAndASlowOneAWarning() {
    is(State.FAILING, "bundle x: its last 3 calls failed");
    assertEquals(CRITICAL, given.status(PLUGINS));
    is(State.SLOW, "bundle x: slow");
    assertEquals(WARN, given.status(PLUGINS));
  }

  @Test
  void brokerThatIsAwayNamesNobody() {
    given.watch.broker().went(given.broker.admin);
    assertEquals("OK 0 services are named\n", Given.text(given.looked(PLUGINS)));
  }

  private void is(State state, @Nullable String problem) {
    given.broker.plugins.clear();
    given.broker.plugins.add(new PluginInfo("authenticator", "file", "x", state, problem));
  }
}
