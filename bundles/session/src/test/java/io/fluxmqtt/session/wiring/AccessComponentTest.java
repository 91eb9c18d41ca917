package io.fluxmqtt.session.wiring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.spi.access.Access;
import io.fluxmqtt.api.spi.access.Authorizer;
import io.fluxmqtt.api.spi.access.Client;
import io.fluxmqtt.api.spi.access.Decision;
import io.fluxmqtt.api.spi.auth.Authentication;
import io.fluxmqtt.api.spi.auth.Authenticator;
import io.fluxmqtt.api.spi.auth.Credentials;
import io.fluxmqtt.api.spi.auth.EnhancedAuthenticator;
import io.fluxmqtt.api.spi.auth.ExchangeStep;
import io.fluxmqtt.api.spi.auth.Principal;
import io.fluxmqtt.session.ListenerProfile;
import io.fluxmqtt.session.access.Admission;
import io.fluxmqtt.session.access.Conversation;
import io.fluxmqtt.session.access.PublishVerdicts;
import io.fluxmqtt.session.access.Reply;
import io.fluxmqtt.session.access.Verdict;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceReference;

class AccessComponentTest {
  private static final ListenerProfile LOCAL =
      new ListenerProfile("default", true, false, List.of(), 1000, 5000);
  private static final Access PUBLISH = new Access.Publish("a", QoS.AT_MOST_ONCE, false);
  private static final Client CLIENT = new Client("c", Principal.ANONYMOUS, "default", null);

  private final Map<String, Object> withoutGrace = Map.of("policyGraceMillis", "0");

  @Test
  void defaultsNameAnonymousAndAcl() {
    AccessComponent component = new AccessComponent(Map.of());
    assertEquals("anonymous, loopback only", component.control().note(LOCAL));
    assertNull(component.control().decide(CLIENT, PUBLISH, verdict -> {}), "waits for acl");
    component.deactivate();
  }

  @Test
  void servicesCountUnderTheirNamesFromBindToUnbind() {
    AccessComponent component = new AccessComponent(withoutGrace);
    assertEquals(Verdict.UNAVAILABLE, decide(component));
    Authorizer allowing = (client, access) -> Decision.ALLOW;
    ServiceReference<Authorizer> acl =
        reference("io.fluxmqtt.acl", 1, Map.of(Authorizer.NAME, "acl"));
    component.bindAuthorizer(allowing, acl);
    assertEquals(Verdict.ALLOWED, decide(component));
    component.unbindAuthorizer(acl);
    assertEquals(Verdict.UNAVAILABLE, decide(component));

    Authenticator accepting =
        credentials ->
            CompletableFuture.completedFuture(new Authentication.Accepted(Principal.ANONYMOUS));
    ServiceReference<Authenticator> anonymous =
        reference("io.fluxmqtt.auth.anonymous", 2, Map.of(Authenticator.NAME, "anonymous"));
    assertEquals(ReasonCode.SERVER_UNAVAILABLE, refusal(authenticate(component)));
    component.bindAuthenticator(accepting, anonymous);
    assertTrue(authenticate(component) instanceof Admission.Granted);
    component.unbindAuthenticator(anonymous);
    assertEquals(ReasonCode.SERVER_UNAVAILABLE, refusal(authenticate(component)));
    component.deactivate();
  }

  @Test
  void serviceWithoutNameIsIgnored() {
    AccessComponent component = new AccessComponent(withoutGrace);
    long epoch = component.control().epoch();
    component.bindAuthorizer(
        (client, access) -> Decision.ALLOW, reference("io.fluxmqtt.acl", 1, Map.of()));
    assertEquals(epoch, component.control().epoch());
    component.deactivate();
  }

  @Test
  void enhancedAuthenticatorCountsUnderItsNameWithItsMethod() {
    AccessComponent component =
        new AccessComponent(Map.of("enhancedAuthenticators", "words", "policyGraceMillis", "0"));
    assertEquals(ReasonCode.SERVER_UNAVAILABLE, refusal(converse(component)));
    EnhancedAuthenticator accepting =
        credentials ->
            data ->
                CompletableFuture.completedFuture(
                    new ExchangeStep.Accepted(Principal.ANONYMOUS, null));
    Map<String, Object> properties =
        new HashMap<>(
            Map.of(EnhancedAuthenticator.NAME, "words", EnhancedAuthenticator.METHOD, "WORDS"));
    ServiceReference<EnhancedAuthenticator> words =
        reference("io.fluxmqtt.auth.anonymous", 1, properties);
    component.bindEnhanced(accepting, words);
    assertTrue(converse(component) instanceof Admission.Granted);

    properties.put(EnhancedAuthenticator.METHOD, "OTHER");
    component.updatedEnhanced(accepting, words);
    assertEquals(ReasonCode.BAD_AUTHENTICATION_METHOD, refusal(converse(component)));
    properties.remove(EnhancedAuthenticator.METHOD); // nobody can name it
    component.updatedEnhanced(accepting, words);
    properties.put(EnhancedAuthenticator.METHOD, "WORDS");
    component.updatedEnhanced(accepting, words);
    assertTrue(converse(component) instanceof Admission.Granted);
    component.unbindEnhanced(words);
    assertEquals(ReasonCode.SERVER_UNAVAILABLE, refusal(converse(component)));
    component.deactivate();
  }

  @Test
  void limitsOfAnExchangeAreHot() {
    AccessComponent component =
        new AccessComponent(Map.of("enhancedAuthenticators", "words", "exchangeStepsMax", "1"));
    component.bindEnhanced(
        credentials -> data -> CompletableFuture.completedFuture(new ExchangeStep.Continue(data)),
        reference(
            "io.fluxmqtt.auth.anonymous",
            1,
            Map.of(EnhancedAuthenticator.NAME, "words", EnhancedAuthenticator.METHOD, "WORDS")));
    List<Reply> replies = new ArrayList<>();
    converse(component, replies).proceed(null);
    assertEquals(ReasonCode.QUOTA_EXCEEDED, refusal(admission(replies)));

    component.modified(Map.of("enhancedAuthenticators", "words", "exchangeStepsMax", "2"));
    replies.clear();
    converse(component, replies).proceed(null);
    assertEquals(List.of(new Reply.Continue(null), new Reply.Continue(null)), replies);
    component.deactivate();
  }

  @ParameterizedTest
  @CsvSource({
    "exchangeTimeoutSeconds, 0, 1",
    "exchangeTimeoutSeconds, 301, 300",
    "exchangeStepsMax, 0, 1",
    "exchangeStepsMax, 1001, 1000"
  })
  void limitOfAnExchangeOutOfBoundsIsRefused(String key, String value, String bound) {
    AccessComponent component = new AccessComponent(Map.of(key, value));
    String problem = component.control().problems().get(0);
    assertTrue(problem.contains(key + "=" + value) && problem.contains(bound), problem);
    component.deactivate();
  }

  @Test
  void revisionOfAnAuthorizerSparesQuestionsUntilItChanges() {
    AccessComponent component = new AccessComponent(withoutGrace);
    PublishVerdicts verdicts = new PublishVerdicts(component.control());
    Access.Publish publish = new Access.Publish("a", QoS.AT_MOST_ONCE, false);
    Map<String, Object> properties = new HashMap<>(Map.of(Authorizer.NAME, "acl"));
    ServiceReference<Authorizer> acl = reference("io.fluxmqtt.acl", 1, properties);
    Authorizer allowing = (client, access) -> Decision.ALLOW;
    component.bindAuthorizer(allowing, acl);
    verdicts.ask(CLIENT, publish, verdict -> {});
    assertNull(verdicts.known(CLIENT, "a", QoS.AT_MOST_ONCE, false), "it promises nothing");

    properties.put(Authorizer.REVISION, 1);
    component.updatedAuthorizer(allowing, acl);
    verdicts.ask(CLIENT, publish, verdict -> {});
    assertEquals(Verdict.ALLOWED, verdicts.known(CLIENT, "a", QoS.AT_MOST_ONCE, false));

    properties.put(Authorizer.REVISION, 2);
    component.updatedAuthorizer(allowing, acl);
    assertNull(verdicts.known(CLIENT, "a", QoS.AT_MOST_ONCE, false));
    component.deactivate();
  }

  @Test
  void authorizerSaysWhetherItIsAskedAboutMessages() {
    AccessComponent component = new AccessComponent(withoutGrace);
    Map<String, Object> properties =
        new HashMap<>(Map.of(Authorizer.NAME, "acl", Authorizer.REVISION, 1));
    ServiceReference<Authorizer> acl = reference("io.fluxmqtt.acl", 1, properties);
    Authorizer denying = (client, access) -> Decision.DENY;
    component.bindAuthorizer(denying, acl);
    assertFalse(component.control().asksReceive());
    assertFalse(component.control().deniesReceive(CLIENT, "a"));
    for (Object value : List.of(true, "true", false)) {
      properties.put(Authorizer.RECEIVE, value);
      component.updatedAuthorizer(denying, acl);
      boolean asks = !value.equals(false);
      assertEquals(asks, component.control().asksReceive());
      assertEquals(asks, component.control().deniesReceive(CLIENT, "a"));
    }
    component.deactivate();
  }

  @Test
  void serviceThatLosesItsNameStopsCounting() {
    AccessComponent component = new AccessComponent(withoutGrace);
    Map<String, Object> properties = new HashMap<>(Map.of(Authorizer.NAME, "acl"));
    ServiceReference<Authorizer> acl = reference("io.fluxmqtt.acl", 1, properties);
    Authorizer allowing = (client, access) -> Decision.ALLOW;
    component.bindAuthorizer(allowing, acl);
    assertEquals(Verdict.ALLOWED, decide(component));
    long epoch = component.control().epoch();
    component.updatedAuthorizer(allowing, acl);
    assertEquals(epoch + 1, component.control().epoch());
    properties.clear();
    component.updatedAuthorizer(allowing, acl);
    assertEquals(Verdict.UNAVAILABLE, decide(component));
    component.deactivate();
  }

  @Test
  void badConfigurationAtTheStartRefusesAllUntilItIsMended() {
    AccessComponent component = new AccessComponent(Map.of("policyGraceMillis", "60001"));
    assertEquals(Verdict.DENIED, decide(component));
    assertTrue(component.control().problems().get(0).contains("policyGraceMillis=60001"));
    component.modified(Map.of("authenticators", "file"));
    assertEquals("file, loopback only", component.control().note(LOCAL));
    component.deactivate();
  }

  @Test
  void badConfigurationLaterLeavesTheOldOneAndIsAProblem() {
    AccessComponent component = new AccessComponent(Map.of("authenticators", "file"));
    component.modified(Map.of("authenticators", "jwt", "authorizationTimeoutMillis", "soon"));
    assertEquals("file, loopback only", component.control().note(LOCAL));
    assertTrue(component.control().problems().get(0).contains("authorizationTimeoutMillis=soon"));
    component.modified(Map.of("authenticators", "jwt, file"));
    assertEquals("jwt, file, loopback only", component.control().note(LOCAL));
    assertEquals(List.of(), component.control().problems());
    component.deactivate();
  }

  private static @Nullable Verdict decide(AccessComponent component) {
    return component.control().decide(CLIENT, PUBLISH, verdict -> {});
  }

  private static Admission authenticate(AccessComponent component) {
    List<Admission> result = new ArrayList<>();
    Credentials credentials = new Credentials("c", null, null, "default", null, List.of());
    component.control().authenticate(credentials, LOCAL, result::add);
    assertEquals(1, result.size());
    return result.get(0);
  }

  private static Admission converse(AccessComponent component) {
    List<Reply> replies = new ArrayList<>();
    converse(component, replies).close();
    return admission(replies);
  }

  private static Conversation converse(AccessComponent component, List<Reply> replies) {
    Credentials credentials = new Credentials("c", null, null, "default", null, List.of());
    return component
        .control()
        .converse(new Conversation.Party("WORDS", credentials, LOCAL, null), null, replies::add);
  }

  private static Admission admission(List<Reply> replies) {
    return ((Reply.Finished) replies.get(replies.size() - 1)).admission();
  }

  private static ReasonCode refusal(Admission admission) {
    return ((Admission.Refused) admission).reason();
  }

  @SuppressWarnings("unchecked")
  private static <S> ServiceReference<S> reference(
      String bundle, int rank, Map<String, Object> properties) {
    Bundle owner =
        (Bundle)
            Proxy.newProxyInstance(
                Bundle.class.getClassLoader(),
                new Class<?>[] {Bundle.class},
                (proxy, method, arguments) ->
                    method.getName().equals("getSymbolicName") ? bundle : null);
    return (ServiceReference<S>)
        Proxy.newProxyInstance(
            ServiceReference.class.getClassLoader(),
            new Class<?>[] {ServiceReference.class},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "getBundle" -> owner;
                  case "getProperty" -> properties.get(arguments[0]);
                  case "hashCode" -> rank;
                  case "equals" -> proxy == arguments[0];
                  case "compareTo" -> Integer.compare(rank, arguments[0].hashCode());
                  default -> null;
                });
  }
}
