package io.fluxmqtt.auth.jwt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.nimbusds.jose.util.JSONObjectUtils;
import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.TopicFilter;
import io.fluxmqtt.api.spi.access.Access;
import io.fluxmqtt.api.spi.access.Client;
import io.fluxmqtt.api.spi.access.Decision;
import io.fluxmqtt.api.spi.auth.Principal;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class JwtAuthorizerTest {
  private final JwtAuthorizer abstaining = new JwtAuthorizer("jwt", Decision.ABSTAIN);
  private final JwtAuthorizer denying = new JwtAuthorizer("jwt", Decision.DENY);

  @Test
  void whatTheTokenListsIsAllowed() throws Exception {
    Client client =
        client("{'publish':['up/%c'],'sub':['down/#','$share-not/x'],'all':['both/+']}");
    assertEquals(Decision.ALLOW, publish(client, "up/c1"));
    assertEquals(Decision.ABSTAIN, publish(client, "up/c2"));
    assertEquals(Decision.ABSTAIN, publish(client, "down/x"));
    assertEquals(Decision.ALLOW, publish(client, "both/x"));
    assertEquals(Decision.ALLOW, subscribe(client, "down/x/+"));
    assertEquals(Decision.ALLOW, subscribe(client, "$share/g/down/x"));
    assertEquals(Decision.ALLOW, subscribe(client, "both/+"));
    assertEquals(Decision.ABSTAIN, subscribe(client, "up/c1"));
    assertEquals(Decision.ABSTAIN, subscribe(client, "both/#"));
    assertEquals(Decision.ALLOW, abstaining.decide(client, new Access.Receive("down/x")));
    assertEquals(Decision.ABSTAIN, abstaining.decide(client, new Access.Receive("up/c1")));
  }

  @Test
  void restIsDeniedIfAskedFor() throws Exception {
    Client client = client("{'pub':['t']}");
    Access other = new Access.Publish("u", QoS.AT_MOST_ONCE, false);
    assertEquals(Decision.DENY, denying.decide(client, other));
    assertNotNull(denying.explain(client, other).rule());
    assertEquals(
        "the token allows t",
        denying.explain(client, new Access.Publish("t", QoS.AT_MOST_ONCE, false)).rule());
  }

  @Test
  void clientsOfOthersAreNoneOfItsBusiness() throws Exception {
    Client stranger = new Client("c1", Principal.user("ann"), "default", null);
    assertEquals(
        Decision.ABSTAIN,
        denying.decide(stranger, new Access.Publish("t", QoS.AT_MOST_ONCE, true)));
    JwtAuthorizer other = new JwtAuthorizer("other", Decision.DENY);
    Client ours = client("{'all':['#']}");
    assertEquals(
        Decision.ABSTAIN, other.decide(ours, new Access.Publish("t", QoS.AT_MOST_ONCE, true)));
  }

  @Test
  void identityNeverWidensAnAllowance() {
    for (String evil : List.of("+", "#", "a/b", "", "a+", "x#", "a\0", "/")) {
      Client client = client(evil, evil);
      for (String asked : List.of("t/+", "t/#", "t/a", "t/a/b", "t/" + evil, "t/")) {
        assertFalse(AllowedFilter.covers("t/%u", asked, client), evil + " " + asked);
        assertFalse(AllowedFilter.covers("t/%c", asked, client), evil + " " + asked);
        assertFalse(AllowedFilter.covers("t/x%c", "t/x" + evil, client), evil + " " + asked);
      }
    }
    assertFalse(AllowedFilter.covers("t/%u", "t/null", client("c", null)));
    assertFalse(AllowedFilter.covers("%u/x", "$SYS/x", client("c", "$SYS")));
    assertFalse(AllowedFilter.covers("%u%c", "$SYS", client("SYS", "$")));
    assertTrue(AllowedFilter.covers("t/%u", "t/$SYS", client("c", "$SYS")));
    assertTrue(AllowedFilter.covers("t/%u", "t/%c", client("c", "%c")));
    assertTrue(AllowedFilter.covers("t/%%u", "t/%u", client("c", "x")));
    assertFalse(AllowedFilter.covers("t/%%u", "t/x", client("c", "x")));
    assertTrue(AllowedFilter.covers("%c-%u/#", "c-x", client("c", "x")));
  }

  @Test
  void wildcardsCoverWhatLiesWithin() {
    Client client = client("c", "u");
    assertTrue(AllowedFilter.covers("#", "#", client));
    assertTrue(AllowedFilter.covers("#", "a/+/b", client));
    assertFalse(AllowedFilter.covers("#", "$SYS/x", client));
    assertFalse(AllowedFilter.covers("+/x", "$SYS/x", client));
    assertTrue(AllowedFilter.covers("$SYS/#", "$SYS/x", client));
    assertTrue(AllowedFilter.covers("a/#", "a", client));
    assertTrue(AllowedFilter.covers("a/#", "a/#", client));
    assertTrue(AllowedFilter.covers("a/#", "a/", client));
    assertFalse(AllowedFilter.covers("a/+", "a/#", client));
    assertFalse(AllowedFilter.covers("a/+", "a", client));
    assertFalse(AllowedFilter.covers("a/b", "a/+", client));
    assertFalse(AllowedFilter.covers("a/b", "+/b", client));
    assertFalse(AllowedFilter.covers("a/b/#", "a/#", client));
    assertFalse(AllowedFilter.covers("a", "a/b", client));
    assertFalse(AllowedFilter.covers("a/b", "a", client));
    assertFalse(AllowedFilter.covers("a", "ab", client));
    assertFalse(AllowedFilter.covers("ab", "a", client));
    assertFalse(AllowedFilter.covers("#", "", client));
  }

  @Property
  boolean allThatACoveredFilterMatchesIsAllowed(
      @ForAll("filters") String allowed,
      @ForAll("filters") String asked,
      @ForAll("topics") String topic) {
    return !AllowedFilter.covers(allowed, asked, client("c", "u"))
        || !TopicFilter.matches(asked, topic)
        || TopicFilter.matches(allowed, topic);
  }

  @Property
  boolean topicIsCoveredAsItIsMatched(
      @ForAll("filters") String allowed, @ForAll("topics") String topic) {
    return AllowedFilter.covers(allowed, topic, client("c", "u"))
        == TopicFilter.matches(allowed, topic);
  }

  @Property
  boolean anyIdentityStaysWithinItsLevel(@ForAll String identity, @ForAll("topics") String topic) {
    Client client = client(identity, identity);
    return !AllowedFilter.covers("t/%c/%u/x", "t/" + topic + "/x", client)
        || topic.equals(identity + "/" + identity);
  }

  @Provide
  Arbitrary<String> filters() {
    Arbitrary<String> level = Arbitraries.of("a", "b", "", "+", "$x");
    return level
        .list()
        .ofMinSize(1)
        .ofMaxSize(4)
        .map(levels -> String.join("/", levels))
        .flatMap(text -> Arbitraries.of(text, text + "/#", "#"))
        .filter(TopicFilter::isValidFilter);
  }

  @Provide
  Arbitrary<String> topics() {
    return Arbitraries.of("a", "b", "", "$x")
        .list()
        .ofMinSize(1)
        .ofMaxSize(4)
        .map(levels -> String.join("/", levels))
        .filter(TopicFilter::isValidTopicName);
  }

  private Decision publish(Client client, String topic) {
    return abstaining.decide(client, new Access.Publish(topic, QoS.AT_LEAST_ONCE, false));
  }

  private Decision subscribe(Client client, String filter) {
    return abstaining.decide(
        client, new Access.Subscribe(TopicFilter.parse(filter), QoS.AT_LEAST_ONCE));
  }

  private static Client client(String acl) throws Exception {
    Claims claims = new Claims(JSONObjectUtils.parse(("{'acl':" + acl + "}").replace('\'', '"')));
    Map<String, List<String>> attributes =
        JwtAuthorizer.attributes("jwt", AclClaim.of(claims, "acl"));
    return new Client("c1", Principal.user("ann").withAttributes(attributes), "default", null);
  }

  private static Client client(String clientId, @Nullable String userName) {
    return new Client(clientId, new Principal(userName, java.util.Set.of()), "default", null);
  }
}
