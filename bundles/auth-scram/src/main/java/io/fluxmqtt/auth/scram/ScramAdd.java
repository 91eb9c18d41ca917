package io.fluxmqtt.auth.scram;

import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * Prints the line of a user, for the file of users:
 *
 * <pre>java -cp io.fluxmqtt.auth.scram-….jar io.fluxmqtt.auth.scram.ScramAdd [options] user</pre>
 *
 * <p>The password is read from the terminal, or else is the first line of the input.
 */
public final class ScramAdd {
  private static final int ITERATIONS = 15_000; // as RFC 7677 suggests, more than 4096
  private static final String USAGE =
      "usage: ScramAdd [--sha-512] [--iterations 4096…10000000] user   (the password comes in)";

  private ScramAdd() {}

  /** The process ends with 0 if a line was printed, else with 1. */
  public static void main(String[] arguments) throws IOException {
    if (run(List.of(arguments), System.in, System.out, System.err) != 0) {
      throw new NothingPrintedException();
    }
  }

  /** Ends the process with 1; what is wrong was said before. */
  private static final class NothingPrintedException extends RuntimeException {
    NothingPrintedException() {
      super("no line was printed", null, false, false);
    }
  }

  static int run(List<String> arguments, InputStream in, PrintStream out, PrintStream err)
      throws IOException {
    Deque<String> left = new ArrayDeque<>(arguments);
    Mechanism mechanism = Mechanism.SCRAM_SHA_256;
    int iterations = ITERATIONS;
    try {
      while (left.size() > 1) {
        switch (left.remove()) {
          case "--sha-512" -> mechanism = Mechanism.SCRAM_SHA_512;
          case "--iterations" -> iterations = Integer.parseInt(left.remove());
          default -> throw new IllegalArgumentException(USAGE);
        }
      }
      if (left.isEmpty() || left.peek().startsWith("--")) {
        throw new IllegalArgumentException(USAGE);
      }
      out.println(ScramLine.of(left.remove(), password(in), mechanism, iterations).toText());
      return 0;
    } catch (NumberFormatException e) {
      err.println(USAGE);
    } catch (IllegalArgumentException e) {
      err.println(e.getMessage());
    }
    return 1;
  }

  private static String password(InputStream in) throws IOException {
    Console console = in == System.in ? System.console() : null;
    if (console != null) {
      char[] typed = console.readPassword("Password: ");
      return typed == null ? "" : new String(typed);
    }
    String line = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8)).readLine();
    return line == null ? "" : line;
  }
}
