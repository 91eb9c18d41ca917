package io.fluxmqtt.acl;

import static io.fluxmqtt.api.spi.access.Decision.ABSTAIN;
import static io.fluxmqtt.api.spi.access.Decision.ALLOW;
import static io.fluxmqtt.api.spi.access.Decision.DENY;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.spi.access.Access;
import io.fluxmqtt.api.spi.access.Client;
import io.fluxmqtt.api.spi.access.Decision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A configuration that names a mosquitto file. */
class AclFileTest {
  private static final Client GUEST = RulesTest.client("c", null, "192.0.2.1");

  @TempDir Path etc;
  private RuleBook book;

  @BeforeEach
  void book() {
    book = new RuleBook(etc);
  }

  @Test
  void changedFileIsReadWhenItHasLookedTheSameTwice() throws IOException {
    write("topic a");
    replaceAll(Map.of());
    assertEquals(ALLOW, publish("a"));
    assertFalse(book.poll());
    write("topic b # and more");
    assertFalse(book.poll());
    write("topic b/#");
    assertFalse(book.poll());
    assertEquals(ALLOW, publish("a"));
    assertTrue(book.poll());
    assertEquals(ABSTAIN, publish("a"));
    assertEquals(ALLOW, publish("b"));
    assertFalse(book.poll());
  }

  @Test
  void badFileKeepsTheOldRulesUntilItIsMended() throws IOException {
    write("topic a");
    replaceAll(Map.of());
    for (String bad : new String[] {"topic b\ntopics c", "topic a#"}) {
      write(bad);
      for (int i = 0; i < 4; i++) {
        assertFalse(book.poll());
      }
      assertEquals(ALLOW, publish("a"));
      assertEquals(ABSTAIN, publish("b"));
    }
    Files.delete(etc.resolve("acl"));
    assertFalse(book.poll());
    assertFalse(book.poll());
    assertEquals(ALLOW, publish("a"));
    write("topic bb");
    assertFalse(book.poll());
    assertTrue(book.poll());
    assertEquals(ALLOW, publish("bb"));
  }

  @Test
  void fileThatNeverWasGoodDeniesAllUntilItIs() throws IOException {
    book.replaceAll(
        Map.of("acl~a", Map.of("rule.1", "allow both topic=#"), "acl~m", file(Map.of())));
    assertEquals(DENY, publish("a"));
    assertTrue(book.hasFiles());
    write("topic deny b");
    assertFalse(book.poll());
    assertTrue(book.poll());
    assertEquals(ALLOW, publish("a"));
    assertEquals(DENY, publish("b"));
  }

  @Test
  void emptyFileDeniesAll() throws IOException {
    write("# nothing\n");
    replaceAll(Map.of());
    assertEquals(DENY, publish("a"));
  }

  @Test
  void rulesBesideTheFileStay() throws IOException {
    write("topic a");
    replaceAll(Map.of("rule.own", "allow publish topic=own"));
    assertEquals(ALLOW, publish("own"));
    assertEquals(ALLOW, publish("a"));
    write("topic b/#");
    book.poll();
    assertTrue(book.poll());
    assertEquals(ALLOW, publish("own"));
    assertEquals(ABSTAIN, publish("a"));
  }

  @Test
  void priorityOfTheConfigurationIsItsFilesToo() throws IOException {
    write("topic a");
    Map<String, ?> denial = Map.of("rule.1", "deny publish topic=# priority=3");
    for (int priority = 2; priority <= 4; priority++) {
      book.replaceAll(
          Map.of("acl~a", denial, "acl~m", file(Map.of("priority", String.valueOf(priority)))));
      assertEquals(priority > 3 ? ALLOW : DENY, publish("a"));
    }
  }

  @Test
  void badConfigurationKeepsItsRulesAndItsFileIsStillWatched() throws IOException {
    write("topic a");
    replaceAll(Map.of());
    replaceAll(Map.of("rule.1", "nonsense"));
    assertEquals(ALLOW, publish("a"));
    write("topic b/#");
    book.poll();
    assertTrue(book.poll());
    assertEquals(ABSTAIN, publish("a"));
    assertEquals(ALLOW, publish("b"));
    replaceAll(Map.of("priority", "high"));
    assertEquals(ALLOW, publish("b"));
  }

  @Test
  void otherFileThatCannotBeReadKeepsTheRulesAndIsWaitedFor() throws IOException {
    write("topic a");
    replaceAll(Map.of());
    book.replaceAll(Map.of("acl~m", Map.of("mosquittoAclFile", "other")));
    assertEquals(ALLOW, publish("a"));
    Files.writeString(etc.resolve("other"), "topic b");
    assertFalse(book.poll());
    assertTrue(book.poll());
    assertEquals(ABSTAIN, publish("a"));
    assertEquals(ALLOW, publish("b"));
    book.replaceAll(Map.of("acl~m", Map.of("mosquittoAclFile", "")));
    assertFalse(book.hasFiles());
    assertEquals(DENY, publish("b"));
  }

  @Test
  void misspeltKeyIsRefused() {
    book.replaceAll(Map.of("acl~m", Map.of("mosquittoAclfile", "acl")));
    assertTrue(
        book.explain(GUEST, new Access.Receive("a")).rule().startsWith("all is denied until"));
  }

  private void write(String text) throws IOException {
    Path temporary = Files.writeString(etc.resolve("new"), text);
    Files.move(temporary, etc.resolve("acl"), StandardCopyOption.REPLACE_EXISTING);
  }

  private void replaceAll(Map<String, ?> others) {
    book.replaceAll(Map.of("acl~m", file(others)));
  }

  private static Map<String, Object> file(Map<String, ?> others) {
    Map<String, Object> all = new HashMap<>(others);
    all.put("mosquittoAclFile", "acl");
    return all;
  }

  private Decision publish(String topic) {
    return book.decide(GUEST, new Access.Publish(topic, QoS.AT_MOST_ONCE, false));
  }
}
