package io.fluxmqtt.itests.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fluxmqtt.itests.kit.ConformanceReport;
import io.fluxmqtt.itests.kit.Standard;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Runs after all other tests of the build: writes and prints which statements they prove. */
class ReportIT {
  private static final Path BASE = Path.of(System.getProperty("basedir", "")).toAbsolutePath();

  @ParameterizedTest
  @EnumSource(Standard.class)
  void everyStatementThatBindsServersIsProven(Standard standard) throws IOException {
    ConformanceReport report = ConformanceReport.of(standard, BASE.getParent().getParent());
    Path file = BASE.resolve("target/conformance/mqtt-" + standard + ".md");
    Files.createDirectories(file.getParent());
    Files.writeString(file, report.toMarkdown());
    System.out.println(report.summary() + " (" + file + ")");
    assertEquals(List.of(), report.unproven(), "see " + file);
  }
}
