package io.fluxmqtt.acl;

import static io.fluxmqtt.api.spi.access.Decision.ABSTAIN;
import static io.fluxmqtt.api.spi.access.Decision.ALLOW;
import static io.fluxmqtt.api.spi.access.Decision.DENY;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.TopicFilter;
import io.fluxmqtt.api.spi.access.Access;
import io.fluxmqtt.api.spi.access.Client;
import io.fluxmqtt.api.spi.access.Decision;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The rules of mosquitto's files; MosquittoAclIT compares them with mosquitto's own answers. */
class MosquittoAclTest {
  private static final Client ANN = client("c1", "ann");
  private static final Client BOB = client("c2", "bob");
  private static final Client GUEST = client("c3", null);

  @Test
  void sectionIsForItsUserAndTheFirstForAnonymousClients() throws Exception {
    Rules rules =
        rules(
            """
            # a comment
            topic read public/#
            user ann
            topic write a/b

            user bob
            topic readwrite b/+
            user ann
            topic c
            """);
    assertEquals(ALLOW, read(rules, GUEST, "public/x"));
    assertEquals(ABSTAIN, write(rules, GUEST, "public/x"));
    assertEquals(ABSTAIN, read(rules, ANN, "public/x"));
    assertEquals(ALLOW, write(rules, ANN, "a/b"));
    assertEquals(ABSTAIN, read(rules, ANN, "a/b"));
    assertEquals(ALLOW, write(rules, BOB, "b/x"));
    assertEquals(ALLOW, read(rules, BOB, "b/x"));
    assertEquals(ABSTAIN, write(rules, BOB, "a/b"));
    assertEquals(ALLOW, write(rules, ANN, "c"));
    assertEquals(ALLOW, read(rules, ANN, "c"));
    assertEquals(ABSTAIN, read(rules, GUEST, "c"));
  }

  @Test
  void denialComesFirstWhereverItStands() throws Exception {
    Rules rules = rules("user ann\ntopic #\ntopic deny secret/#\npattern p/%u/#\npattern deny +/x");
    assertEquals(DENY, write(rules, ANN, "secret/a"));
    assertEquals(DENY, read(rules, ANN, "secret"));
    assertEquals(ALLOW, write(rules, ANN, "a"));
  }

  @Test
  void sectionIsAskedBeforePatterns() throws Exception {
    Rules rules =
        rules(
            "pattern deny p/%u/x\npattern p/%u/#\nuser ann\ntopic read p/ann/x\ntopic deny p/+/y");
    assertEquals(ALLOW, read(rules, ANN, "p/ann/x"));
    assertEquals(DENY, write(rules, ANN, "p/ann/x"));
    assertEquals(DENY, write(rules, ANN, "p/ann/y"));
    assertEquals(ALLOW, write(rules, BOB, "p/bob/y"));
    assertEquals(DENY, write(rules, BOB, "p/bob/x"));
    assertEquals(ABSTAIN, write(rules, BOB, "p/ann/z"));
  }

  @Test
  void patternWithUserNameIsNotForAnonymousClients() throws Exception {
    Rules rules = rules("topic read #\npattern deny x/%u\npattern write y/%c");
    assertEquals(ALLOW, read(rules, GUEST, "x/a"));
    assertEquals(ALLOW, write(rules, GUEST, "y/c3"));
    assertEquals(ABSTAIN, write(rules, GUEST, "x/a"));
    assertEquals(DENY, write(rules, ANN, "x/ann"));
    assertEquals(ABSTAIN, write(rules, ANN, "x/bob"));
  }

  @Test
  void placeholderCountsInPatternsOnlyAndPercentSignsAreNoneElse() throws Exception {
    Rules rules = rules("topic lit/%c\npattern pat/%c-%u/100%/%x/%%");
    assertEquals(ALLOW, write(rules, GUEST, "lit/%c"));
    assertEquals(ABSTAIN, write(rules, GUEST, "lit/c3"));
    assertEquals(ALLOW, write(rules, ANN, "pat/c1-ann/100%/%x/%%"));
  }

  @Test
  void nameWithWildcardGetsItsSectionOnlyWhereThereArePatterns() throws Exception {
    Client wild = client("c+", "ann");
    Client hash = client("c", "a#");
    Rules rules = rules("pattern p/%c\npattern q\nuser ann\ntopic s");
    assertEquals(ALLOW, write(rules, wild, "s"));
    assertEquals(DENY, write(rules, wild, "q"));
    assertEquals(DENY, write(rules, hash, "q"));
    assertEquals(ALLOW, write(rules, BOB, "q"));
    assertEquals(ABSTAIN, write(rules("user ann\ntopic s"), wild, "q"));
  }

  @Test
  void nameReachesNoOtherLevels() throws Exception {
    Rules rules = rules("pattern %c/#\npattern x/%c\npattern x/%u");
    assertEquals(ABSTAIN, write(rules, client("$SYS", "u"), "$SYS/x"));
    assertEquals(ABSTAIN, write(rules, client("a/b", "u"), "x/a/b"));
    assertEquals(ALLOW, write(rules, client("a/b", "u"), "x/u"));
  }

  @Test
  void dollarNeedsADollar() throws Exception {
    Rules rules = rules("topic #\ntopic +/a\ntopic read $SYS/#");
    assertEquals(ALLOW, read(rules, GUEST, "$SYS/a"));
    assertEquals(ABSTAIN, write(rules, GUEST, "$SYS/a"));
    assertEquals(ABSTAIN, write(rules, GUEST, "$x"));
  }

  @Test
  void subscriptionIsGrantedIfAllOfItMayBeRead() throws Exception {
    Rules rules = rules("topic read a/#\ntopic deny a/secret\ntopic write b");
    assertEquals(ALLOW, subscribe(rules, "a/b/#"));
    assertEquals(ALLOW, subscribe(rules, "$share/g/a/b"));
    assertEquals(DENY, subscribe(rules, "a/#"));
    assertEquals(DENY, subscribe(rules, "a/+"));
    assertEquals(ABSTAIN, subscribe(rules, "b"));
  }

  @Test
  void blanksAndEndsOfLinesAreAsInC() throws Exception {
    Rules rules =
        rules("topic   read  my house/x \t \r\n  topic write a\n\n \t\nuser  ann b \ntopic c");
    assertEquals(ALLOW, read(rules, GUEST, "my house/x"));
    assertEquals(ALLOW, write(rules, GUEST, "a"));
    assertEquals(ALLOW, write(rules, client("c", "ann b"), "c"));
    assertEquals(ABSTAIN, write(rules, ANN, "c"));
  }

  @Test
  void singleWordIsATopicEvenIfItNamesAnAccess() throws Exception {
    assertEquals(ALLOW, write(rules("topic read"), GUEST, "read"));
    assertEquals(ALLOW, write(rules("pattern deny"), GUEST, "deny"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "topic | 1: 'topic' lacks a topic",
        "topic read a;topic a b | 2: 'topic a b' has none of read, write",
        ";;user | 3: 'user' lacks the name",
        "topic a#|1: 'topic a#' is not a valid Topic Filter",
        "topic a/#/b|1: 'topic a/#/b' is not a valid",
        "pattern %c+|1: 'pattern %c+' is not a valid",
        "Topic a|1: 'Topic a' is none of user, topic, pattern",
        "\ttopic a|1: '?topic a' is none of",
        "a; #x|1: 'a' is none of",
        "topic a; #x|2: '#x' is none of",
        "topic\tread a|1: 'topic?read a' is none of",
      },
      ignoreLeadingAndTrailingWhitespace = false)
  void badLineIsNamed(String lines, String error) {
    String text = lines.replace(';', '\n');
    var e = assertThrows(MosquittoAcl.BadLineException.class, () -> rules(text.stripTrailing()));
    assertTrue(e.getMessage().startsWith(error.strip()), e.getMessage());
  }

  @Test
  void badTextIsNamed() {
    byte[] bytes = {'#', '\n', 't', 'o', 'p', 'i', 'c', ' ', (byte) 0xC3};
    var e =
        assertThrows(
            MosquittoAcl.BadLineException.class, () -> MosquittoAcl.parse("p", "f", 0, bytes));
    assertEquals("2: is not UTF-8", e.getMessage());
    assertThrows(MosquittoAcl.BadLineException.class, () -> rules("topic a\0"));
    assertThrows(MosquittoAcl.BadLineException.class, () -> rules("user a\0"));
  }

  @Test
  void rulingNamesFileLineAndUser() throws Exception {
    Rules rules = rules("pattern p/%c\nuser ann\n  topic deny secret/# \n");
    assertEquals(
        "io.fluxmqtt.acl~m: /etc/acl:3: topic deny secret/# (user ann)",
        rules.explain(ANN, publish("secret/x")).rule());
    assertEquals(
        "io.fluxmqtt.acl~m: /etc/acl:1: pattern p/%c",
        rules.explain(GUEST, publish("p/c3")).rule());
    assertEquals(
        "io.fluxmqtt.acl~m: /etc/acl: a name with + or #, since there are patterns",
        rules.explain(client("+", null), publish("p/+x")).rule());
  }

  /** Of one priority: what rules deny, then files, then what rules allow. */
  @Test
  void fileStandsBetweenDenialsAndAllowances() throws Exception {
    List<Entry> file = parse("topic deny f/#\ntopic d/#");
    List<Entry> all = new ArrayList<>(file);
    all.add(entry("deny both topic=d/x", 0));
    all.add(entry("allow both topic=#", 0));
    all.add(entry("allow both topic=f/top", 1));
    Rules rules = Rules.of(all);
    assertEquals(DENY, write(rules, GUEST, "d/x"));
    assertEquals(ALLOW, write(rules, GUEST, "d/y"));
    assertEquals(DENY, write(rules, GUEST, "f/x"));
    assertEquals(ALLOW, write(rules, GUEST, "f/top"));
    assertEquals(ALLOW, write(rules, GUEST, "else"));
  }

  private static Entry entry(String text, int priority) {
    return Entry.of(RuleParser.parse(text), priority, "io.fluxmqtt.acl~a", "rule.x");
  }

  private static Rules rules(String text) throws MosquittoAcl.BadLineException {
    return Rules.of(parse(text));
  }

  private static List<Entry> parse(String text) throws MosquittoAcl.BadLineException {
    return MosquittoAcl.parse(
        "io.fluxmqtt.acl~m", "/etc/acl", 0, text.getBytes(StandardCharsets.UTF_8));
  }

  private static Client client(String id, @Nullable String user) {
    return RulesTest.client(id, user, "192.0.2.1");
  }

  private static Access publish(String topic) {
    return new Access.Publish(topic, QoS.AT_MOST_ONCE, false);
  }

  private static Decision write(Rules rules, Client client, String topic) {
    return rules.decide(client, publish(topic));
  }

  /** By a message and by a Subscription to its topic, which agree. */
  private static Decision read(Rules rules, Client client, String topic) {
    Decision decision = rules.decide(client, new Access.Receive(topic));
    Access subscribe = new Access.Subscribe(new TopicFilter(null, topic), QoS.AT_LEAST_ONCE);
    assertEquals(decision, rules.decide(client, subscribe));
    return decision;
  }

  private static Decision subscribe(Rules rules, String filter) {
    return rules.decide(GUEST, new Access.Subscribe(TopicFilter.parse(filter), QoS.AT_MOST_ONCE));
  }
}
