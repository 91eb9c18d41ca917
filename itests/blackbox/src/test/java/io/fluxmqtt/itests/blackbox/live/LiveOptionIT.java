package io.fluxmqtt.itests.blackbox.live;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.fluxmqtt.itests.kit.BrokerProcess;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A change of any key of the listener or the broker does what its description says: at once, for
 * new connections only, or by a restart. A key without an entry in a table fails.
 */
class LiveOptionIT {
  private static final Map<String, Map<String, Proof>> PROOFS =
      Map.of(
          Bench.LISTENER,
          ListenerProofs.all(),
          "io.fluxmqtt.session",
          SessionProofs.all(),
          "io.fluxmqtt.access",
          PolicyProofs.access(),
          "io.fluxmqtt.transport",
          PolicyProofs.transport(),
          "io.fluxmqtt.store",
          PolicyProofs.store(),
          "io.fluxmqtt.health",
          HealthProofs.all());

  /** What is changed as the broker runs in ITs of its own, such as AccessIT and JwtIT. */
  private static final Set<String> ELSEWHERE =
      Set.of(
          "io.fluxmqtt.acl",
          "io.fluxmqtt.auth.certificate",
          "io.fluxmqtt.auth.file",
          "io.fluxmqtt.auth.http",
          "io.fluxmqtt.auth.jaas",
          "io.fluxmqtt.auth.jwt",
          "io.fluxmqtt.auth.scram",
          "io.fluxmqtt.queue");

  private static BrokerProcess process;

  @BeforeAll
  static void start() throws Exception {
    process = BrokerProcess.prepare("live");
    process.load("org.apache.felix.healthcheck.api", "io.fluxmqtt.health");
    process.start();
  }

  @AfterAll
  static void stop() throws Exception {
    process.close();
  }

  static List<Attribute> attributes() throws Exception {
    List<Attribute> attributes = new ArrayList<>();
    for (String pid : new TreeSet<>(PROOFS.keySet())) {
      attributes.addAll(Attribute.of(pid));
    }
    return attributes;
  }

  @Test
  void everyKeyHasAProofAndEveryProofAKey() throws Exception {
    for (Map.Entry<String, Map<String, Proof>> each : PROOFS.entrySet()) {
      Set<String> declared = new TreeSet<>();
      Attribute.of(each.getKey()).forEach(attribute -> declared.add(attribute.key()));
      assertEquals(declared, new TreeSet<>(each.getValue().keySet()), each.getKey());
    }
  }

  @Test
  void everyConfigurationIsChangedSomewhere() throws Exception {
    Set<String> changed = new TreeSet<>(PROOFS.keySet());
    changed.addAll(ELSEWHERE);
    Set<String> declared = new TreeSet<>();
    Attribute.all().forEach(attribute -> declared.add(attribute.pid()));
    assertEquals(changed, declared);
  }

  @ParameterizedTest
  @MethodSource("attributes")
  void aChangeDoesWhatItsDescriptionSays(Attribute attribute) throws Exception {
    Proof proof = PROOFS.get(attribute.pid()).get(attribute.key());
    assertNotNull(proof, attribute + " has no entry: see everyKeyHasAProofAndEveryProofAKey");
    assertEquals(Liveness.of(attribute.description()), proof.liveness(), attribute.description());
    try (Bench bench = Bench.open(process, attribute, proof.given())) {
      proof.course().run(bench);
    }
  }
}
