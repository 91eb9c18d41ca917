package io.fluxmqtt.acl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.TopicFilter;
import io.fluxmqtt.api.spi.access.Access;
import io.fluxmqtt.api.spi.access.Client;
import io.fluxmqtt.api.spi.access.Decision;
import io.fluxmqtt.itests.kit.AclClients;
import io.fluxmqtt.itests.kit.MosquittoBroker;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real mosquitto and we read the same files, and are asked the same. */
class MosquittoAnswersTest {
  private static final int FILES = 250;

  @TempDir Path folder;

  @Test
  void sameFileSameClientsSameAnswers() throws Exception {
    Random random = new Random(20_261_124);
    int allowed = 0;
    int asked = 0;
    try (MosquittoBroker mosquitto = MosquittoBroker.start(folder, AclClients.file(random, 0));
        AclClients clients = new AclClients(mosquitto.address())) {
      clients.subscribeToAll();
      for (int number = 1; number <= FILES; number++) {
        String file = AclClients.file(random, number);
        mosquitto.rules(file);
        clients.awaitFile(number);
        byte[] bytes = file.getBytes(StandardCharsets.UTF_8);
        Rules rules = Rules.of(MosquittoAcl.parse("acl~m", "file", 0, bytes));
        Map<AclClients.Name, Set<String>> read = clients.readable();
        for (AclClients.Name name : AclClients.NAMES) {
          Client client = RulesTest.client(name.id(), name.user(), "127.0.0.1");
          Set<String> written = clients.writable(name);
          compare(
              file + name + " write",
              name,
              written,
              ours(rules, client, MosquittoAnswersTest::write));
          compare(
              file + name + " read",
              name,
              read.get(name),
              ours(rules, client, Access.Receive::new));
          assertEquals(
              ours(rules, client, Access.Receive::new),
              ours(rules, client, MosquittoAnswersTest::subscribe));
          allowed += written.size() + read.get(name).size();
          asked += 2 * AclClients.TOPICS.size();
        }
      }
    }
    assertTrue(allowed > asked / 20 && allowed < asked / 2, allowed + " of " + asked);
  }

  private static void compare(
      String what, AclClients.Name name, Set<String> theirs, Set<String> ours) {
    if (name.isBroad()) {
      assertTrue(theirs.containsAll(ours), () -> what + ": " + ours + " beyond " + theirs);
    } else {
      assertEquals(theirs, ours, what);
    }
  }

  private static Access write(String topic) {
    return new Access.Publish(topic, QoS.AT_LEAST_ONCE, false);
  }

  private static Access subscribe(String topic) {
    return new Access.Subscribe(new TopicFilter(null, topic), QoS.AT_MOST_ONCE);
  }

  private static Set<String> ours(Rules rules, Client client, Function<String, Access> access) {
    Set<String> allowed = new TreeSet<>();
    for (String topic : AclClients.TOPICS) {
      if (rules.decide(client, access.apply(topic)) == Decision.ALLOW) {
        allowed.add(topic);
      }
    }
    return allowed;
  }
}
