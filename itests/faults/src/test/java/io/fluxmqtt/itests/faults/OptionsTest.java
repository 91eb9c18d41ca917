package io.fluxmqtt.itests.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

final class OptionsTest {
  private static final List<String> KNOWN = List.of("kills", "cuts");

  private static Options parse(String line) {
    return Options.parse(line.isEmpty() ? new String[0] : line.split(" "), KNOWN);
  }

  @Test
  void withoutWordsAllScenariosRunAsOftenAsTheyWant() {
    Options options = parse("");
    assertEquals(KNOWN, options.scenarios());
    assertEquals(500, options.task(new Kills(), "rocksdb").runs());
    assertEquals(100_000, options.stored());
    assertTrue(options.task(new Kills(), "rocksdb").full());
  }

  @Test
  void whatIsSaidCounts() {
    Options options =
        parse("cuts --runs 7 --engine rocksdb,mvstore --brokers 2 --stored 0 --seed 5");
    assertEquals(List.of("cuts"), options.scenarios());
    assertEquals(List.of("rocksdb", "mvstore"), options.engines());
    assertEquals(new Task("mvstore", 7, 2, 0, 5, true), options.task(new Cuts(true), "mvstore"));
  }

  @Test
  void whatIsWrongIsNamed() {
    for (String line : List.of("kill", "--runs", "--runs 0", "--runs x", "--brokers -1")) {
      String message = assertThrows(IllegalArgumentException.class, () -> parse(line)).getMessage();
      assertTrue(message.contains(line.split(" ")[0]), message);
    }
  }

  @Test
  void theUsageNamesAllScenarios() {
    String usage = Options.usage(List.of(new Kills(), new Damage()));
    assertTrue(usage.contains("kills") && usage.contains("damage"), usage);
  }
}
