package io.fluxmqtt.auth.scram;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScramAddTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int run(String input, String... arguments) throws IOException {
    out.reset();
    err.reset();
    return ScramAdd.run(
        List.of(arguments),
        new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8));
  }

  private ScramLine printed() {
    return ScramLine.parse(out.toString(StandardCharsets.UTF_8).strip());
  }

  @Test
  void printsTheLineOfAUser() throws Exception {
    assertEquals(0, run("pencil\nmore", "ann"));
    assertEquals("ann", printed().user());
    assertEquals(Mechanism.SCRAM_SHA_256, printed().mechanism());
    assertEquals(15_000, printed().iterations());
    Given given = new Given(Mechanism.SCRAM_SHA_256, printed().toText());
    assertTrue(
        ScramExchangeTest.run(
                given.begin(), ScramExchangeTest.client(Mechanism.SCRAM_SHA_256, "ann", "pencil"))
            instanceof io.fluxmqtt.api.spi.auth.ExchangeStep.Accepted);

    assertEquals(0, run("pencil", "--iterations", "4096", "--sha-512", "ann"));
    assertEquals(Mechanism.SCRAM_SHA_512, printed().mechanism());
    assertEquals(4_096, printed().iterations());
    assertEquals(0, err.size());
  }

  @Test
  void saysWhatIsWrong() throws IOException {
    for (String[] wrong :
        new String[][] {
          {},
          {"--sha-512"},
          {"--sha-256", "ann"},
          {"--iterations", "x", "ann"},
          {"ann", "bob"},
          {"--iterations", "1", "ann"},
          {"a\u0007"}
        }) {
      assertEquals(1, run("pencil", wrong), String.join(" ", wrong));
      assertEquals(0, out.size());
      assertTrue(err.size() > 0);
    }
    assertEquals(1, run("", "ann"));
    assertEquals(1, run("p\u0007encil", "ann"));
    assertFalse(err.toString(StandardCharsets.UTF_8).contains("encil"));
  }
}
