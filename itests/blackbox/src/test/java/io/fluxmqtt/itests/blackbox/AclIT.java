package io.fluxmqtt.itests.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.kit.AclClients;
import io.fluxmqtt.itests.kit.Await;
import io.fluxmqtt.itests.kit.BrokerAddress;
import io.fluxmqtt.itests.kit.BrokerProcess;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.MosquittoBroker;
import io.fluxmqtt.itests.kit.Passwords;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.Wire;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rules of all kinds and mosquitto's files, changed in a running broker. */
class AclIT {
  private static final int NOT_AUTHORIZED = 0x87;
  private static final int FILES = 8;
  private static final String FILE = "mosquitto.acl";
  private static final Duration LIMIT = Duration.ofSeconds(10);

  @TempDir Path folder;

  /** MosquittoAnswersTest compares many more files; here both brokers are whole. */
  @Test
  void mosquittosFileGivesMosquittosAnswers() throws Exception {
    Random random = new Random(61);
    try (BrokerProcess process = BrokerProcess.prepare("acl-file");
        MosquittoBroker mosquitto = MosquittoBroker.start(folder, AclClients.file(random, 0))) {
      Passwords.write(process, users());
      process.set("io.fluxmqtt.access.cfg", "authenticators", "file, anonymous");
      process.write("io.fluxmqtt.acl-default.cfg", "mosquittoAclFile = " + FILE + "\n");
      process.write(FILE, AclClients.file(random, 0));
      process.start();
      try (AclClients theirs = new AclClients(mosquitto.address());
          AclClients ours = new AclClients(process.address())) {
        theirs.subscribeToAll();
        for (int number = 1; number <= FILES; number++) {
          String file = AclClients.file(random, number);
          mosquitto.rules(file);
          process.write(FILE, file);
          theirs.awaitFile(number);
          ours.awaitFile(number);
          Map<AclClients.Name, Set<String>> readable = theirs.readable();
          for (AclClients.Name name : AclClients.NAMES) {
            if (!name.isBroad()) {
              assertEquals(theirs.writable(name), ours.writable(name), file + name);
              assertEquals(readable.get(name), ours.subscribable(name), file + name);
            }
          }
        }
        badFileIsNamedAndChangesNothing(process, ours);
      }
    }
  }

  private static void badFileIsNamedAndChangesNothing(BrokerProcess process, AclClients clients)
      throws Exception {
    int mark = process.mark();
    process.write(FILE, "topic #\ntopics #\n");
    String line = process.awaitLine(FILE + ":2: 'topics #'", mark, LIMIT);
    assertTrue(line.contains("io.fluxmqtt.acl~default"), line);
    clients.awaitFile(FILES);
  }

  private static Map<String, String> users() {
    Map<String, String> users = new LinkedHashMap<>();
    users.put(AclClients.ROOT.user(), AclClients.PASSWORD);
    for (AclClients.Name name : AclClients.NAMES) {
      if (name.user() != null) {
        users.put(name.user(), AclClients.PASSWORD);
      }
    }
    return users;
  }

  @Test
  void conditionsCountInARunningBroker() throws Exception {
    try (BrokerProcess process = BrokerProcess.prepare("acl-rules")) {
      process.write("io.fluxmqtt.acl-default.cfg", "rule.all = allow both topic=#\n");
      BrokerAddress broker = process.start().address();
      try (RawClient client = RawClient.connected(broker, ConnectPacket.v5("c"))) {
        String[][] denials = {
          {"deny publish topic=t from=127.0.0.0/8", "87", "0"},
          {"deny publish topic=t from=10.0.0.0/8", "0", "0"},
          {"deny publish topic=t listener=default qos=1", "87", "0"},
          {"deny publish topic=t listener=default qos=2", "0", "0"},
          {"deny publish topic=t retain=true", "0", "87"},
          {"deny publish topic=t attr.cert.ou=guests", "87", "0"},
          {"deny publish topic=t group=guests", "0", "0"},
        };
        for (String[] each : denials) {
          process.write(
              "io.fluxmqtt.acl-more.cfg",
              "priority = 5\nrule.1 = "
                  + each[0]
                  + "\nrule.2 = deny publish topic="
                  + probe(each)
                  + "\n");
          Await.until(each[0], () -> publish(client, 0x02, probe(each)) == NOT_AUTHORIZED);
          boolean retained = each[2].equals("87");
          boolean plain = each[1].equals("87");
          assertEquals(plain, publish(client, 0x02, "t") == NOT_AUTHORIZED, each[0]);
          assertEquals(retained || plain, publish(client, 0x03, "t") == NOT_AUTHORIZED, each[0]);
        }
      }
    }
  }

  /** A topic that only this change denies, so that it is seen to count. */
  private static String probe(String[] rule) {
    return "probe/" + Integer.toHexString(rule[0].hashCode());
  }

  private static int publish(RawClient client, int flags, String topic) throws IOException {
    client.send(Wire.publish(flags, topic, client.nextPacketId(), new byte[] {'x'}));
    RawPacket packet = client.expect(Wire.PUBACK);
    return packet.reason();
  }

  @Test
  void messagesAreDeniedToWhoMaySubscribeAndComeBackLive() throws Exception {
    try (BrokerProcess process = BrokerProcess.prepare("acl-receive")) {
      process.write("io.fluxmqtt.acl-default.cfg", "rule.all = allow both topic=#\n");
      process.write(
          "io.fluxmqtt.acl-quiet.cfg", "rule.quiet = deny receive topic=secret/# client=reader*\n");
      BrokerAddress broker = process.start().address();
      ConnectPacket sleeping = ConnectPacket.v5("reader-2").resume().sessionExpiry(3_600);
      try (RawClient publisher = RawClient.connected(broker, ConnectPacket.v5("publisher"));
          RawClient other = RawClient.connected(broker, ConnectPacket.v5("other"));
          RawClient reader = RawClient.connected(broker, ConnectPacket.v5("reader"))) {
        publisher.publishRetained("secret/kept", "kept");
        assertEquals(1, reader.subscribe("#", 1));
        assertEquals(1, other.subscribe("secret/live", 1));
        try (RawClient sleeper = RawClient.connected(broker, sleeping)) {
          assertEquals(1, sleeper.subscribe("#", 1));
          sleeper.disconnect();
        }
        publisher.publish("secret/live", "denied");
        publisher.publish("open", "open");
        other.take("denied");
        reader.take("open");
        reader.expectNothing();
        try (RawClient sleeper = RawClient.connected(broker, sleeping)) {
          sleeper.take("open");
          sleeper.expectNothing();
        }
        int mark = process.mark();
        process.write(
            "io.fluxmqtt.acl-quiet.cfg", "rule.quiet = deny receive topic=quiet/# client=r*\n");
        process.awaitLine("subscriptions suspended", mark, LIMIT);
        publisher.publish("secret/live", "allowed");
        reader.take("allowed");
        publisher.publish("quiet/live", "denied");
        reader.expectNothing();
        assertEquals(1, reader.subscribe("secret/#", 1));
        reader.take("kept");
      }
    }
  }

  @Test
  void priorityOfAConfigurationIsChangedLive() throws Exception {
    try (BrokerProcess process = BrokerProcess.prepare("acl-priority")) {
      process.write("io.fluxmqtt.acl-default.cfg", "rule.all = allow both topic=#\n");
      process.write("io.fluxmqtt.acl-no.cfg", "priority = -1\nrule.no = deny both topic=no/#\n");
      BrokerAddress broker = process.start().address();
      try (RawClient client = RawClient.connected(broker, ConnectPacket.v5("c"))) {
        Await.until("allowed", () -> publish(client, 0x02, "no/a") != NOT_AUTHORIZED);
        process.set("io.fluxmqtt.acl-no.cfg", "priority", 1);
        Await.until("denied", () -> publish(client, 0x02, "no/a") == NOT_AUTHORIZED);
        process.set("io.fluxmqtt.acl-no.cfg", "priority", "high");
        process.awaitLine("io.fluxmqtt.acl~no: priority=high is not a whole number", LIMIT);
        assertEquals(NOT_AUTHORIZED, publish(client, 0x02, "no/a"));
      }
    }
  }
}
