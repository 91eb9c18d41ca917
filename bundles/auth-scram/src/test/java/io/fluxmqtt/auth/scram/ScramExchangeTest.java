package io.fluxmqtt.auth.scram;

import static io.fluxmqtt.auth.scram.Given.challenge;
import static io.fluxmqtt.auth.scram.Given.refusal;
import static io.fluxmqtt.auth.scram.Given.say;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.ongres.scram.client.ScramClient;
import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.spi.auth.Exchange;
import io.fluxmqtt.api.spi.auth.ExchangeStep;
import io.fluxmqtt.api.spi.auth.Principal;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScramExchangeTest {
  private static final Mechanism SHA_256 = Mechanism.SCRAM_SHA_256;

  /** RFC 7677, section 3. */
  @Test
  void exampleOfTheStandardIsAnsweredAsThere() throws BadLineException {
    byte[] salt = Base64.getDecoder().decode("W22ZaJ0SNY7soEsUEjb6gQ==");
    Given given = new Given(SHA_256, ScramLine.of("user", "pencil", SHA_256, 4096, salt).toText());
    given.nonce = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
    Exchange exchange = given.begin();
    assertEquals(
        "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
        challenge(exchange, "n,,n=user,r=rOprNGfwEbeRWgbNEkqO"));
    ExchangeStep.Accepted end =
        assertInstanceOf(
            ExchangeStep.Accepted.class,
            say(
                exchange,
                "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
                    + "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="));
    assertEquals("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=", end.data().toUtf8());
    assertEquals(Principal.user("user"), end.principal());
  }

  @ParameterizedTest
  @EnumSource(Mechanism.class)
  void clientOfAnotherMakerIsAcceptedAndAcceptsTheServer(Mechanism mechanism) throws Exception {
    Given given = new Given(mechanism, Given.line("ann", mechanism));
    ScramClient client = client(mechanism, "ann", "pencil");
    ExchangeStep.Accepted end =
        assertInstanceOf(ExchangeStep.Accepted.class, run(given.begin(), client));
    client.serverFinalMessage(end.data().toUtf8()); // throws if the signature is wrong
  }

  @ParameterizedTest
  @EnumSource(Mechanism.class)
  void wrongPasswordAndUnknownUserAreRefusedInTheSameWay(Mechanism mechanism) throws Exception {
    Given given = new Given(mechanism, Given.line("ann", mechanism));
    for (ScramClient client :
        List.of(client(mechanism, "ann", "pencils"), client(mechanism, "bob", "pencil"))) {
      assertEquals(ReasonCode.BAD_USER_NAME_OR_PASSWORD, refusal(run(given.begin(), client)));
    }
  }

  @Test
  void unknownUserIsChallengedLikeAKnownOneAndAlwaysAlike() throws BadLineException {
    String ann = ScramLine.of("ann", "x", SHA_256, 9_999, new byte[20]).toText();
    Given given = new Given(SHA_256, ann);
    String first = saltAndIterations(given, "bob");
    assertEquals(first, saltAndIterations(given, "bob"));
    assertNotEquals(first, saltAndIterations(given, "bobby"));
    assertEquals(saltAndIterations(given, "ann").length(), first.length());
    assertTrue(first.endsWith(",i=9999"), first);
    Given elsewhere = new Given(SHA_256, ann);
    assertEquals(first, saltAndIterations(elsewhere, "bob"), "another start, the same secret");
  }

  private static String saltAndIterations(Given given, String user) {
    String challenge = challenge(given.begin(), "n,,n=" + user + ",r=abc");
    return challenge.substring(challenge.indexOf(",s="));
  }

  @Test
  void userOfAnotherMechanismIsNotKnown() throws Exception {
    Given given = new Given(SHA_256, Given.line("ann", Mechanism.SCRAM_SHA_512));
    ScramClient client = client(SHA_256, "ann", "pencil");
    assertEquals(ReasonCode.BAD_USER_NAME_OR_PASSWORD, refusal(run(given.begin(), client)));
  }

  @Test
  void groupsComeWithTheUser() throws Exception {
    Given given = new Given(SHA_256, Given.line("ann", SHA_256));
    given.groups = Optional.of(Groups.parse(Given.bytes("ops: ann, bob\nall:ann\nnone: bob")));
    ExchangeStep end = run(given.begin(), client(SHA_256, "ann", "pencil"));
    assertEquals(
        new Principal("ann", Set.of("ops", "all")),
        assertInstanceOf(ExchangeStep.Accepted.class, end).principal());
  }

  @Test
  void withoutUsersOrGroupsThatAreConfiguredNobodyIsAccepted() throws Exception {
    Given given = new Given(SHA_256, Given.line("ann", SHA_256));
    given.groups = Optional.empty();
    ExchangeStep step = say(given.begin(), "n,,n=ann,r=abc");
    assertEquals(ReasonCode.SERVER_UNAVAILABLE, refusal(step));
    given.groups = Optional.of(Groups.NONE);
    given.users = Optional.empty();
    step = say(given.begin(), "n,,n=ann,r=abc");
    assertEquals(ReasonCode.SERVER_UNAVAILABLE, refusal(step));
  }

  @Test
  void userWhoIsTakenAwayBetweenTheMessagesIsRefused() throws Exception {
    Given given = new Given(SHA_256, Given.line("ann", SHA_256));
    ScramClient client = client(SHA_256, "ann", "pencil");
    Exchange exchange = given.begin();
    client.serverFirstMessage(challenge(exchange, client.clientFirstMessage().toString()));
    given.users(Given.line("ann", SHA_256)); // another salt: set anew
    ExchangeStep step = say(exchange, client.clientFinalMessage().toString());
    assertEquals(ReasonCode.BAD_USER_NAME_OR_PASSWORD, refusal(step));
  }

  @Test
  void namesAreComparedAsSaslprepWritesThem() throws Exception {
    Given given = new Given(SHA_256, Given.line("\u2168,=\u00AA", SHA_256)); // roman nine
    for (String user : List.of("IX,=a", "I\u00ADX,=a", "\u2168,=\u00AA")) {
      ExchangeStep end = run(given.begin(), client(SHA_256, user, "pen\u00ADcil"));
      assertEquals(
          "IX,=a", assertInstanceOf(ExchangeStep.Accepted.class, end).principal().userName());
    }
  }

  @Test
  void clientThatBeginsWithNothingIsAskedOnce() throws Exception {
    Given given = new Given(SHA_256, Given.line("ann", SHA_256));
    Exchange exchange = given.begin();
    assertNull(assertInstanceOf(ExchangeStep.Continue.class, say(exchange, null)).data());
    challenge(exchange, "n,,n=ann,r=abc");

    Exchange silent = given.begin();
    assertInstanceOf(ExchangeStep.Continue.class, say(silent, ""));
    assertEquals(ReasonCode.PROTOCOL_ERROR, refusal(say(silent, null)));
  }

  @Test
  void userNameOfConnectMustBeThatOfTheExchange() throws Exception {
    Given given = new Given(SHA_256, Given.line("ann", SHA_256));
    Exchange other = given.server.begin(Given.credentials("bob"));
    assertEquals(ReasonCode.NOT_AUTHORIZED, refusal(say(other, "n,,n=ann,r=abc")));
    challenge(given.server.begin(Given.credentials("ann")), "n,,n=ann,r=abc");
    for (String impossible : List.of("a\u0007", "a".repeat(4_097))) {
      ExchangeStep step = say(given.server.begin(Given.credentials(impossible)), "n,,n=ann,r=abc");
      assertEquals(ReasonCode.BAD_USER_NAME_OR_PASSWORD, refusal(step));
    }
  }

  @Test
  void whoAuthenticatesAgainMustBeTheSameUser() throws Exception {
    Given given = new Given(SHA_256, Given.line("ann", SHA_256), Given.line("bob", SHA_256));
    Principal ann = Principal.user("ann");
    Exchange same = given.server.beginAgain(Given.credentials(null), ann);
    assertInstanceOf(ExchangeStep.Accepted.class, run(same, client(SHA_256, "ann", "pencil")));
    Exchange other = given.server.beginAgain(Given.credentials(null), ann);
    assertEquals(ReasonCode.NOT_AUTHORIZED, refusal(say(other, "n,,n=bob,r=abc")));
  }

  @Test
  void actingAsOneselfIsAllowedAsAnotherIsNot() throws Exception {
    Given given = new Given(SHA_256, Given.line("a,b", SHA_256));
    challenge(given.begin(), "n,a=a=2Cb,n=a=2Cb,r=abc");
    challenge(given.begin(), "y,,n=a=2Cb,r=abc,x=optional");
    ExchangeStep step = say(given.begin(), "n,a=root,n=a=2Cb,r=abc");
    assertEquals(ReasonCode.NOT_AUTHORIZED, refusal(step));
  }

  @Test
  void channelBindingIsRefusedAsAnotherMethod() throws Exception {
    Given given = new Given(SHA_256, Given.line("ann", SHA_256));
    ExchangeStep step = say(given.begin(), "p=tls-server-end-point,,n=ann,r=abc");
    assertEquals(ReasonCode.BAD_AUTHENTICATION_METHOD, refusal(step));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "n",
        "n,",
        ",,n=ann,r=abc",
        "x,,n=ann,r=abc",
        "n,b=x,n=ann,r=abc",
        "n,,",
        "n,,n=ann",
        "n,,n=ann,r=",
        "n,,n=ann,r=a c",
        "n,,n=ann,r=\u00FC",
        "n,,n=ann,r=\u007F",
        "n,,r=abc,n=ann",
        "n,,n=,r=abc",
        "n,,n=a=b,r=abc",
        "n,,n=a=2,r=abc",
        "n,,n=\u0007,r=abc",
        "n,,n=\u00AD,r=abc",
        "n,,m=x,n=ann,r=abc",
        "n,a==3,n=ann,r=abc",
        "N,,n=ann,r=abc"
      })
  void malformedFirstMessageIsRefused(String message) throws Exception {
    Given given = new Given(SHA_256, Given.line("ann", SHA_256));
    assertEquals(ReasonCode.PROTOCOL_ERROR, refusal(say(given.begin(), message)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "c=biws,r=N",
        "c=eSws,r=N,p=P",
        "c=biws,r=Nx,p=P",
        "c=biws,r=abc,p=P",
        "r=N,c=biws,p=P",
        "c=biws,p=P",
        "c=biws,r=N,p=",
        "c=biws,r=N,p=AAAA",
        "c=biws,r=N,p=***",
        "c=biws,r=N,p=P,x=1"
      })
  void malformedLastMessageIsRefused(String pattern) throws Exception {
    Given given = new Given(SHA_256, Given.line("ann", SHA_256));
    Exchange exchange = given.begin();
    challenge(exchange, "n,,n=ann,r=abc");
    String proof = Base64.getEncoder().encodeToString(new byte[32]);
    String message = pattern.replace("N", "abcserver-nonce").replace("P", proof);
    assertEquals(ReasonCode.PROTOCOL_ERROR, refusal(say(exchange, message)));
    assertEquals(ReasonCode.PROTOCOL_ERROR, refusal(say(exchange, "n,,n=ann,r=abc")), "it is over");
  }

  @Test
  void messageTooLongOrNoTextIsRefused() throws Exception {
    Given given = new Given(SHA_256, Given.line("ann", SHA_256));
    String filler = "x".repeat(ScramExchange.MESSAGE_BYTES_MAX - "n,,n=ann,r=".length());
    challenge(given.begin(), "n,,n=ann,r=" + filler);
    ExchangeStep step = say(given.begin(), "n,,n=ann,r=x" + filler);
    assertEquals(ReasonCode.PROTOCOL_ERROR, refusal(step));
    step =
        given
            .begin()
            .next(Payload.copyOf(new byte[] {'n', ',', ',', 'n', '=', (byte) 0xFF}))
            .toCompletableFuture()
            .join();
    assertEquals(ReasonCode.PROTOCOL_ERROR, refusal(step));
  }

  static ScramClient client(Mechanism mechanism, String user, String password) {
    return ScramClient.builder()
        .advertisedMechanisms(List.of(mechanism.text()))
        .username(user)
        .password(password.toCharArray())
        .build();
  }

  /** Goes through an exchange to what the server says at its end. */
  static ExchangeStep run(Exchange exchange, ScramClient client) throws Exception {
    client.serverFirstMessage(challenge(exchange, client.clientFirstMessage().toString()));
    return say(exchange, client.clientFinalMessage().toString());
  }
}
