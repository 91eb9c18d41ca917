package io.fluxmqtt.health;

import static org.apache.felix.hc.api.Result.Status.CRITICAL;
import static org.apache.felix.hc.api.Result.Status.OK;
import static org.apache.felix.hc.api.Result.Status.TEMPORARILY_UNAVAILABLE;
import static org.apache.felix.hc.api.Result.Status.WARN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.apache.felix.hc.api.Result;
import org.junit.jupiter.api.Test;

class BrokerHealthTest {
  private static final String BROKER = "MQTT broker";
  private static final String CONFIGURATION = "MQTT configuration";
  private static final String LIVENESS = "MQTT liveness";

  private final Given given = Given.running();

  @Test
  void brokerWithoutProblemsIsFine() {
    assertEquals("OK the session manager is there\n", Given.text(given.looked(BROKER)));
    assertEquals("OK 0 problems\n", Given.text(given.looked(CONFIGURATION)));
    assertEquals("OK alive\n", Given.text(given.looked(LIVENESS)));
  }

  @Test
  void outageIsRedUntilItIsOver() {
    given.broker.outages.add("authenticator file is missing");
    Result result = given.looked(BROKER);
    assertEquals(CRITICAL, result.getStatus());
    assertTrue(Given.text(result).startsWith("CRITICAL authenticator file is missing\n"));
    assertEquals(OK, given.status(CONFIGURATION), "told once");
    assertEquals(OK, given.status(LIVENESS), "a restart does not mend it");
    given.broker.outages.clear();
    assertEquals(OK, given.status(BROKER));
  }

  @Test
  void otherProblemIsAWarningUntilItIsOver() {
    given.broker.others.add("port=x is not a whole number");
    Result result = given.looked(CONFIGURATION);
    assertEquals(WARN, result.getStatus());
    assertEquals("WARN port=x is not a whole number\nOK 1 problems\n", Given.text(result));
    assertEquals(OK, given.status(BROKER), "clients are served");
    given.broker.others.clear();
    assertEquals(OK, given.status(CONFIGURATION));
  }

  @Test
  void ownConfigurationThatCannotBeUsedIsAWarningUntilAGoodOneComes() {
    given.watch.holdBack("damageSeen=x");
    assertTrue(Given.text(given.looked(CONFIGURATION)).startsWith("WARN damageSeen=x\n"));
    given.watch.configure(Given.SETTINGS);
    assertEquals(OK, given.status(CONFIGURATION));
  }

  @Test
  void missingBrokerIsOnItsWayAtFirstAndRedLater() {
    given.watch.broker().went(given.broker.admin);
    assertEquals(TEMPORARILY_UNAVAILABLE, given.status(BROKER));
    given.pass(Duration.ofMillis(9_999));
    assertEquals(TEMPORARILY_UNAVAILABLE, given.status(BROKER));
    given.pass(Duration.ofMillis(1));
    Result result = given.looked(BROKER);
    assertEquals(CRITICAL, result.getStatus());
    assertTrue(Given.text(result).startsWith("CRITICAL there has been no broker for 10.0 s"));
    assertEquals("OK no broker that could tell\n", Given.text(given.looked(CONFIGURATION)));
    assertEquals(OK, given.status(LIVENESS), "it may be opening a large store");
    given.watch.broker().came(given.broker.admin);
    assertEquals(OK, given.status(BROKER));
  }

  @Test
  void brokerThatDoesNotAnswerIsRedAndDeadAfterAWhile() {
    given.threads.stuck = true;
    given.watch.look();
    given.pass(Report.SILENCE);
    Result result = given.result(BROKER);
    assertEquals(CRITICAL, result.getStatus());
    assertTrue(Given.text(result).startsWith("CRITICAL the broker has not answered for 3.0 s"));
    assertEquals(OK, given.result(LIVENESS).getStatus());

    given.pass(BrokerHealth.DEAD.minus(Report.SILENCE));
    result = given.result(LIVENESS);
    assertEquals(CRITICAL, result.getStatus());
    assertEquals(
        "CRITICAL the broker has not answered for 30.0 s: restart it\n", Given.text(result));

    given.threads.release();
    assertEquals(OK, given.status(BROKER));
    assertEquals(OK, given.status(LIVENESS));
  }

  @Test
  void brokerThatIsNotThereIsNotDead() {
    given.threads.stuck = true;
    given.watch.look();
    given.watch.broker().went(given.broker.admin);
    given.pass(BrokerHealth.DEAD);
    assertEquals(OK, given.result(LIVENESS).getStatus());
  }

  @Test
  void brokerThatCameIsNotJudgedBeforeItWasAsked() {
    Given fresh = new Given();
    fresh.watch.broker().came(fresh.broker.admin);
    assertEquals(TEMPORARILY_UNAVAILABLE, fresh.result(BROKER).getStatus());
    assertEquals(OK, fresh.status(BROKER));
  }
}
