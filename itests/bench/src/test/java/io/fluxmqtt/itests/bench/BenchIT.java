package io.fluxmqtt.itests.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.bench.peer.Broker;
import io.fluxmqtt.itests.bench.peer.Mode;
import io.fluxmqtt.itests.bench.peer.Peer;
import io.fluxmqtt.itests.bench.peer.Peers;
import io.fluxmqtt.itests.bench.report.Report;
import io.fluxmqtt.itests.bench.report.Row;
import io.fluxmqtt.itests.bench.scenario.Attempt;
import io.fluxmqtt.itests.bench.scenario.Sample;
import io.fluxmqtt.itests.bench.scenario.Scenario;
import io.fluxmqtt.itests.bench.scenario.Scenarios;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.w3c.dom.Document;

/** That the benchmark works; how fast anything is does not count here. */
final class BenchIT {
  private static final Path RUNTIME = Path.of(System.getProperty("runtime.home"));
  private static final Path WORK = Path.of(System.getProperty("work.dir"));

  private static final double SECONDS = 0.1;
  private static final double SCALE = 0.01;
  private static final int FEW = 3; // scenarios of each sort suffice for the other broker

  private static final List<Broker> BROKERS = new ArrayList<>();

  @AfterAll
  static void stop() throws Exception {
    for (Broker broker : BROKERS) {
      broker.close();
    }
  }

  @TestFactory
  Stream<DynamicTest> everyScenarioDeliversEachMessageOnceAndInOrder() throws Exception {
    List<DynamicTest> tests = new ArrayList<>();
    for (Peer peer : Peers.installed(RUNTIME)) { // the build fetches no others
      if (!peer.isAvailable()) {
        String reason = peer.name() + " is not installed (Debian: " + peer.name() + ")";
        tests.add(DynamicTest.dynamicTest(peer.name(), () -> Assumptions.abort(reason)));
        continue;
      }
      Broker inMemory = start(peer, Mode.MEMORY);
      Broker durable = start(peer, Mode.DURABLE);
      for (Scenario scenario : peer.isJvm() ? Scenarios.ALL : few()) {
        Broker broker = scenario.mode().isDurable() ? durable : inMemory;
        tests.add(
            DynamicTest.dynamicTest(
                peer.name() + " " + scenario.name(), () -> tryOut(scenario, broker)));
      }
    }
    return tests.stream();
  }

  private static Broker start(Peer peer, Mode mode) throws Exception {
    Broker broker = Broker.start(peer, new Broker.Site(WORK, "256m", ""), mode);
    BROKERS.add(broker);
    return broker;
  }

  private static List<Scenario> few() {
    return Stream.of(false, true)
        .flatMap(
            durable ->
                Scenarios.ALL.stream()
                    .filter(scenario -> scenario.mode().isDurable() == durable)
                    .limit(FEW))
        .toList();
  }

  private static void tryOut(Scenario scenario, Broker broker) throws Exception {
    Sample sample = scenario.run(new Attempt(broker, SECONDS, SECONDS, 2, SCALE));
    assertTrue(sample.expected() > sample.missing(), sample::toString); // something has come
    assertTrue(sample.seconds() > 0, sample::toString);
    assertTrue(sample.cpuSeconds() >= 0, sample::toString);
    assertTrue(sample.expected() >= sample.count(), sample::toString);
    assertEquals(0, sample.wrong(), sample::toString);
    if (scenario.mode().isUnlimited()) {
      assertEquals(0, sample.missing(), sample::toString);
    } else {
      assertTrue(sample.note().endsWith("all counted"), sample::toString);
    }
    if (scenario.mode().isDurable()) { // more than nothing was written
      assertTrue(sample.note().matches("(?!0.00 B)[0-9.]+ B written per.*"), sample::toString);
    }
  }

  @Test
  void oneCommandTellsWhatEachThingTakesOfMemory() throws Exception {
    Path output = WORK.resolve("memory");
    List<String> arguments = new ArrayList<>(List.of("memory", "--scale", "0.001"));
    arguments.addAll(List.of("--peers", String.join(",", installed()), "--heap", "256m"));
    arguments.addAll(List.of("--runtime", RUNTIME.toString(), "--output", output.toString()));
    PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
    Bench.memory(Options.parse(arguments.toArray(String[]::new)), nowhere);
    String table = Files.readString(output.resolve("memory.txt"));
    for (String thing :
        List.of(
            "idle connection with one subscription +10",
            "subscription of 3 levels, by 100 clients +1,000",
            "retained message of 32 B, without these +100",
            "message of 64 B in a queue, for 20 sessions +200")) {
      for (String peer : installed()) {
        String bytes = peer.equals("flux") ? " +-?[0-9,]+ +-?[0-9,]+" : " +- +-";
        Pattern line = Pattern.compile(thing + " " + peer + bytes + " +-?[0-9,]+ ");
        assertTrue(line.matcher(table).find(), table);
      }
    }
  }

  private static List<String> installed() {
    return Peers.installed(RUNTIME).stream().filter(Peer::isAvailable).map(Peer::name).toList();
  }

  @Test
  void oneCommandWritesTheReport() throws Exception {
    Path output = WORK.resolve("result");
    String[] arguments = {
      "pairs-qos1",
      "durable-offline-10",
      "--peers",
      "flux",
      "--seconds",
      "0.2",
      "--latency",
      "0.2",
      "--warm",
      "0",
      "--repeats",
      "2",
      "--heap",
      "256m",
      "--runtime",
      RUNTIME.toString(),
      "--output",
      output.toString()
    };
    PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
    Report report = new Bench(Options.parse(arguments), nowhere).run();
    assertEquals(2, report.rows().size());
    for (Row row : report.rows()) {
      assertEquals("", row.results().get(0).failure());
      assertEquals(2, row.results().get(0).samples().size());
    }
    String table = Files.readString(output.resolve("result.txt"));
    assertTrue(table.contains("10 pairs QoS 1, window 100, 64 B"), table);
    assertTrue(table.contains("receiveMaximum=65535"), table); // what was set is shown
    assertTrue(table.matches("(?s).*\nflux: .* engine=memory .*"), table);
    assertTrue(table.matches("(?s).*\nflux, durable: .* engine=auto .*"), table);
    assertTrue(table.contains("a sync of 4 KB takes"), table);
    String json = Files.readString(output.resolve("result.json"));
    assertTrue(json.contains("\"name\":\"pairs-qos1\""), json);
    Document picture =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(output.resolve("result.svg").toFile());
    assertEquals("svg", picture.getDocumentElement().getTagName());
    assertTrue(picture.getElementsByTagName("rect").getLength() >= 4); // ground, legend, bars
  }
}
