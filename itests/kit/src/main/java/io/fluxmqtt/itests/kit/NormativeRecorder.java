package io.fluxmqtt.itests.kit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/**
 * Notes how each test with {@link Normative} ended, a file for each test class below {@code
 * target/normative} of the module, for {@link ConformanceReport}. The platform finds it by itself
 * wherever this jar is on the class path.
 *
 * <p>A test that runs several times (parameters, repetitions) counts by its worst run.
 */
public final class NormativeRecorder implements TestExecutionListener {
  private record Test(String className, Method method) {}

  private final Map<Test, Outcome> outcomes = new LinkedHashMap<>();

  @Override
  public synchronized void executionSkipped(TestIdentifier test, String reason) {
    note(test, Outcome.SKIPPED);
  }

  @Override
  public synchronized void executionFinished(TestIdentifier test, TestExecutionResult result) {
    note(
        test,
        switch (result.getStatus()) {
          case SUCCESSFUL -> Outcome.PASSED;
          case ABORTED -> Outcome.SKIPPED;
          case FAILED -> Outcome.FAILED;
        });
  }

  private void note(TestIdentifier test, Outcome outcome) {
    if (test.getSource().orElse(null) instanceof MethodSource source) {
      Method method = source.getJavaMethod();
      if (method.isAnnotationPresent(Normative.class)) {
        outcomes.merge(new Test(source.getClassName(), method), outcome, Outcome::worse);
      }
    }
  }

  @Override
  public synchronized void testPlanExecutionFinished(TestPlan plan) {
    Map<String, List<String>> files = new LinkedHashMap<>();
    outcomes.forEach(
        (test, outcome) -> {
          List<String> lines = files.computeIfAbsent(test.className, key -> new ArrayList<>());
          Normative normative = test.method.getAnnotation(Normative.class);
          String tail = test.className + "#" + test.method.getName() + "\t" + outcome;
          for (String id : normative.value()) {
            lines.add(Standard.V5_0 + "\t" + id + "\t" + tail);
          }
          for (String id : normative.v311()) {
            lines.add(Standard.V3_1_1 + "\t" + id + "\t" + tail);
          }
        });
    Path folder = Path.of(System.getProperty("basedir", ""), "target", "normative");
    try {
      for (Map.Entry<String, List<String>> file : files.entrySet()) {
        Files.createDirectories(folder);
        Files.write(folder.resolve(file.getKey() + ".tsv"), file.getValue());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
