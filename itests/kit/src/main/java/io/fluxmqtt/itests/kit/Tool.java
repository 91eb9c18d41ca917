package io.fluxmqtt.itests.kit;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** A program of the system that a test needs; where it is missing the test is skipped aloud. */
public final class Tool {
  /** What a program printed and how it ended. */
  public record Result(int exit, String output) {}

  private Tool() {}

  /** The path of a program; skips the test, naming the package, where it is not installed. */
  public static String require(String program, String inPackage) {
    Optional<Path> found =
        Stream.concat(Stream.of(System.getenv("PATH").split(File.pathSeparator)), sbin())
            .map(folder -> Path.of(folder, program))
            .filter(Files::isExecutable)
            .findFirst();
    skipUnless(found.isPresent(), program + " is missing; install " + inPackage);
    return found.orElseThrow().toString();
  }

  /** Skips the test with a line on the console unless the condition holds. */
  public static void skipUnless(boolean condition, String why) {
    if (!condition) {
      System.out.println("SKIPPED: " + why);
    }
    Assumptions.assumeTrue(condition, why);
  }

  /** Runs a program to its end; both of its outputs are returned together. */
  public static Result run(Duration limit, String... command) throws Exception {
    Path output = Files.createTempFile("tool", ".out");
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectInput(new File("/dev/null"))
              .redirectOutput(output.toFile())
              .start();
      if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly().waitFor();
        throw new AssertionError(
            String.join(" ", command) + " did not end\n" + Files.readString(output));
      }
      return new Result(process.exitValue(), Files.readString(output));
    } finally {
      Files.delete(output);
    }
  }

  /** A test resource as a file. */
  public static Path resource(String name) throws IOException {
    try {
      return Path.of(Tool.class.getResource("/" + name).toURI());
    } catch (java.net.URISyntaxException e) {
      throw new IOException(e);
    }
  }

  private static Stream<String> sbin() {
    return Stream.of("/usr/bin", "/usr/sbin");
  }
}
