package io.fluxmqtt.acl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.TopicFilter;
import io.fluxmqtt.api.spi.access.Access;
import io.fluxmqtt.api.spi.access.Client;
import io.fluxmqtt.api.spi.access.Decision;
import io.fluxmqtt.itests.kit.ShortRun;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Whatever a mosquitto file holds, it is read whole or refused; a further denial allows nothing,
 * and a further bad line refuses all. The first three lines of an input are the Client Identifier,
 * the user name (none if empty) and a topic.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MosquittoAclFuzzTest {
  @FuzzTest
  void fileIsReadWholeOrRefused(byte[] input) {
    int from = 0;
    String[] lines = new String[3];
    for (int i = 0; i < lines.length; i++) {
      int end = from;
      while (end < input.length && input[end] != '\n') {
        end++;
      }
      lines[i] =
          new String(input, Math.min(from, end), end - Math.min(from, end), StandardCharsets.UTF_8);
      from = Math.min(end + 1, input.length);
    }
    String user = lines[1].isEmpty() ? null : lines[1];
    run(
        RulesTest.client(lines[0], user, null),
        lines[2],
        Arrays.copyOfRange(input, from, input.length));
  }

  private static void run(Client client, String topic, byte[] file) {
    List<Entry> entries = read(file, "");
    assertNull(read(file, "\ntopics #\n"));
    assertEquals(entries == null, read(file, "\ntopic deny #\n") == null);
    if (entries == null || !TopicFilter.isValidTopicName(topic)) {
      return;
    }
    Access publish = new Access.Publish(topic, QoS.AT_MOST_ONCE, false);
    Access receive = new Access.Receive(topic);
    Access subscribe = new Access.Subscribe(new TopicFilter(null, topic), QoS.AT_MOST_ONCE);
    Rules rules = Rules.of(entries);
    assertEquals(rules.decide(client, receive), rules.decide(client, subscribe));
    for (String denial : List.of("\npattern deny " + topic + "/#", "\ntopic deny #\n")) {
      List<Entry> more = read(file, denial);
      Rules narrower = more == null ? Rules.NONE : Rules.of(more);
      for (Access access : List.of(publish, receive, subscribe)) {
        assertTrue(
            rules.decide(client, access) == Decision.ALLOW
                || narrower.decide(client, access) != Decision.ALLOW,
            () -> access + " is allowed since" + denial);
      }
    }
  }

  /** The entries, or null if they are refused with the one exception for that. */
  private static @Nullable List<Entry> read(byte[] file, String more) {
    byte[] tail = more.getBytes(StandardCharsets.UTF_8);
    byte[] all = Arrays.copyOf(file, file.length + tail.length);
    System.arraycopy(tail, 0, all, file.length, tail.length);
    try {
      return MosquittoAcl.parse("acl~fuzz", "acl", 0, all);
    } catch (MosquittoAcl.BadLineException e) {
      return null;
    }
  }

  @Test
  @Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // of all together
  void fileIsReadWholeOrRefusedForManyMutations() {
    ShortRun.of(MosquittoAclFuzzTest.class, 5_000, this::fileIsReadWholeOrRefused);
  }
}
