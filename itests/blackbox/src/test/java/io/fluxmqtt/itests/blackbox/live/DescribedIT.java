package io.fluxmqtt.itests.blackbox.live;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.admin.ChangeEffect;
import io.fluxmqtt.itests.blackbox.Configurator;
import io.fluxmqtt.itests.kit.BrokerProcess;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the console is told of each key is what the key does. */
class DescribedIT {
  private static BrokerProcess broker;
  private static Configurator configurator;

  @BeforeAll
  static void start() throws Exception {
    configurator = new Configurator(BrokerProcess.freePort());
    String option = "-D%s=%d".formatted(Configurator.PROPERTY, configurator.port());
    broker = BrokerProcess.prepare("described", Map.of("JAVA_OPTS", "-Xmx256m " + option));
    Configurator.hang(broker.load());
    broker.start();
    configurator.awaitOpen(Duration.ofSeconds(30));
  }

  @AfterAll
  static void stop() throws Exception {
    broker.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "io.fluxmqtt.access",
        "io.fluxmqtt.listener",
        "io.fluxmqtt.queue",
        "io.fluxmqtt.session",
        "io.fluxmqtt.store",
        "io.fluxmqtt.transport"
      })
  void everyKeyIsDescribedWithWhatAChangeDoes(String pid) throws Exception {
    String described = configurator.ask("describe " + pid);
    for (Attribute attribute : Attribute.of(pid)) {
      Matcher key =
          Pattern.compile(
                  "ConfigurationKey\\[name=%s, .*?effect=(\\w+)]"
                      .formatted(Pattern.quote(attribute.key())))
              .matcher(described);
      assertTrue(key.find(), () -> attribute + " is not described in " + described);
      assertEquals(
          effect(Liveness.of(attribute.description())),
          ChangeEffect.valueOf(key.group(1)),
          attribute::toString);
    }
  }

  private static ChangeEffect effect(Liveness liveness) {
    return switch (liveness) {
      case HOT -> ChangeEffect.HOT;
      case NEW_CONNECTIONS, NEW_EXCHANGES -> ChangeEffect.NEW_CONNECTIONS;
      case MOVES_LISTENER, REOPENS_SOCKET -> ChangeEffect.MOVES_LISTENER;
      case RESTARTS_LISTENER -> ChangeEffect.RESTARTS_LISTENER;
      case RESTARTS_LISTENERS -> ChangeEffect.RESTARTS_LISTENERS;
      case RESTARTS_BROKER -> ChangeEffect.RESTARTS_BROKER;
    };
  }

  /** A shipped file is nothing but its defaults and is read back as such. */
  @ParameterizedTest
  @ValueSource(strings = {"io.fluxmqtt.access", "io.fluxmqtt.session", "io.fluxmqtt.transport"})
  void shippedFilesPassTheirOwnCheck(String pid) throws Exception {
    String key = Attribute.of(pid).get(0).key();
    String fallback = Attribute.of(pid).get(0).fallback();
    String checked = configurator.ask("check %s?%s=%s".formatted(pid, key, fallback));
    assertTrue(checked.startsWith("problems=[] "), checked);
    assertEquals(List.of(), broker.lines(0).stream().filter(l -> l.contains(" ERROR ")).toList());
  }
}
