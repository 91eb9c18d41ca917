package io.fluxmqtt.health;

import static org.apache.felix.hc.api.Result.Status.CRITICAL;
import static org.apache.felix.hc.api.Result.Status.OK;
import static org.apache.felix.hc.api.Result.Status.TEMPORARILY_UNAVAILABLE;
import static org.apache.felix.hc.api.Result.Status.WARN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.apache.felix.hc.api.Result;
import org.apache.felix.hc.api.Result.Status;
import org.apache.felix.hc.api.ResultLog;
import org.junit.jupiter.api.Test;

class HealthLogTest {
  private final List<String> said = new ArrayList<>();
  private final HealthLog log = new HealthLog((status, line) -> said.add(status + " " + line));

  @Test
  void redIsSaidOnceAndThatItIsOverOnce() {
    look(OK, 1);
    look(CRITICAL, 1);
    assertEquals(List.of(), said, "seen once");
    look(CRITICAL, 9);
    assertEquals(List.of("CRITICAL health: store is CRITICAL: why"), said);
    look(OK, HealthLog.BETTER - 1);
    assertEquals(1, said.size(), "not for long enough");
    look(OK, 9);
    assertEquals("OK health: store is OK again", said.get(1));
    assertEquals(2, said.size());
  }

  @Test
  void checkThatGoesBackAndForthIsSaidOnce() {
    for (int i = 0; i < 9; i++) {
      look(CRITICAL, HealthLog.WORSE);
      look(OK, HealthLog.BETTER - 1);
    }
    assertEquals(1, said.size(), said.toString());
  }

  @Test
  void worseIsSaidSoonAndBetterLater() {
    look(WARN, HealthLog.WORSE);
    look(CRITICAL, HealthLog.WORSE);
    look(WARN, HealthLog.BETTER - 1);
    assertEquals(
        List.of("WARN health: store is WARN: why", "CRITICAL health: store is CRITICAL: why"),
        said);
    look(WARN, 1);
    assertEquals("WARN health: store is WARN: why", said.get(2));
  }

  @Test
  void anotherReasonIsSaidWhenItLastsAndOtherFiguresAreNone() {
    look(CRITICAL, "no store for 3.2 s", HealthLog.WORSE);
    look(CRITICAL, "no store for 14 s", 9);
    assertEquals(1, said.size(), said.toString());
    look(CRITICAL, "no listener", HealthLog.BETTER - 1);
    look(CRITICAL, "no store for 20 s", 1);
    look(CRITICAL, "no listener", HealthLog.BETTER - 1);
    assertEquals(1, said.size(), said.toString());
    look(CRITICAL, "no listener", 9);
    assertEquals("CRITICAL health: store is CRITICAL: no listener", said.get(1));
    assertEquals(2, said.size());
  }

  @Test
  void worseIsSaidThoughItsReasonChanges() {
    look(CRITICAL, "no store", 1);
    look(CRITICAL, "no disk", 1);
    assertEquals(List.of("CRITICAL health: store is CRITICAL: no disk"), said);
  }

  @Test
  void startIsSilentUntilItTakesTooLong() {
    look(TEMPORARILY_UNAVAILABLE, 9);
    assertEquals(List.of(), said);
    look(CRITICAL, HealthLog.WORSE);
    assertEquals(1, said.size());
  }

  @Test
  void whatWasThereAndGoesIsSaid() {
    look(TEMPORARILY_UNAVAILABLE, 9);
    look(OK, 1);
    look(TEMPORARILY_UNAVAILABLE, HealthLog.WORSE);
    assertEquals(
        List.of("TEMPORARILY_UNAVAILABLE health: store is TEMPORARILY_UNAVAILABLE: why"), said);
  }

  @Test
  void onlyTheLinesThatSayWhatIsWrongAreSaid() {
    ResultLog lines = new ResultLog();
    lines.add(new ResultLog.Entry(CRITICAL, "first"));
    lines.add(new ResultLog.Entry(OK, "rocksdb"));
    lines.add(new ResultLog.Entry(WARN, "second"));
    log.look("store", new Result(lines));
    log.look("store", new Result(lines));
    assertEquals(List.of("CRITICAL health: store is CRITICAL: first; second"), said);
  }

  @Test
  void checksAreToldApart() {
    look(CRITICAL, 1);
    log.look("disk", new Result(CRITICAL, "why"));
    assertTrue(said.isEmpty());
  }

  private void look(Status status, int times) {
    look(status, "why", times);
  }

  private void look(Status status, String why, int times) {
    for (int i = 0; i < times; i++) {
      log.look("store", new Result(status, why));
    }
  }
}
