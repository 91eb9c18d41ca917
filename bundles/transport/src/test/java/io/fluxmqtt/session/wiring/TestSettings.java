package io.fluxmqtt.session.wiring;

import io.fluxmqtt.session.broker.BrokerSettings;
import java.util.Map;

/** Settings as the session manager reads them: what is not named has its default. */
public final class TestSettings {
  private TestSettings() {}

  /** The settings of some keys of {@code io.fluxmqtt.session}. */
  public static BrokerSettings of(Map<String, Object> properties) {
    return SessionComponent.read(properties, true);
  }
}
