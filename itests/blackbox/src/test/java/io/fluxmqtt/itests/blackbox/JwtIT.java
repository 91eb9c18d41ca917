package io.fluxmqtt.itests.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.kit.Await;
import io.fluxmqtt.itests.kit.BrokerProcess;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Clients that show a JSON Web Token, whose keys a web service publishes or a file holds. */
class JwtIT {
  private static final String CONFIGURATION = "io.fluxmqtt.auth.jwt-default.cfg";
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final int BAD_USER_NAME_OR_PASSWORD = 0x86;
  private static final int SERVER_UNAVAILABLE = 0x88;
  private static final int MAXIMUM_CONNECT_TIME = 0xA0;
  private static final int ASSIGNED_CLIENT_IDENTIFIER = 0x12;

  private TokenIssuer issuer;
  private BrokerProcess broker;

  @BeforeEach
  void start() throws Exception {
    issuer = new TokenIssuer();
    issuer.addRsa("one");
    issuer.addEc("two");
    broker = BrokerProcess.prepare("jwt");
    broker.load("nimbus-jose-jwt", "io.fluxmqtt.auth.jwt");
    broker.set("io.fluxmqtt.access.cfg", "authenticators", "jwt, anonymous");
    broker.write(
        CONFIGURATION,
        """
        jwksUrl = %s
        jwksCoolDownSeconds = 1
        issuers = https://issuer.example
        audiences = mqtt
        clockSkewSeconds = 0
        """
            .formatted(issuer.url()));
    broker.start();
    Await.until(
        "the keys are read", LIMIT, () -> code(v5("ann", issuer.token("one", ann(600)))) == 0);
  }

  @AfterEach
  void stop() throws Exception {
    broker.close();
    issuer.close();
  }

  @Test
  void tokenLetsItsBearerIn() throws Exception {
    for (String key : List.of("one", "two")) {
      String token = issuer.token(key, ann(600));
      assertEquals(0, code(v5("ann", token)));
      assertEquals(0, code(ConnectPacket.v311("c").login("ann", token)));
      assertEquals(0, code(ConnectPacket.v5("c").password(token.getBytes("US-ASCII"))));
    }
    String pub = Tool.require("mosquitto_pub", "mosquitto-clients");
    String token = issuer.token("two", ann(600));
    assertEquals(0, publish(pub, "ann", token).exit());
    assertNotEquals(0, publish(pub, "bob", token).exit());
    assertNotEquals(0, publish(pub, "ann", token.replaceFirst(".$", "")).exit());
  }

  @Test
  void badTokenIsRefusedAndTheLogSaysWhy() throws Exception {
    String stranger = issuer.token("one", ann(600).replace("'mqtt'", "'iot'"));
    int mark = broker.mark();
    assertEquals(BAD_USER_NAME_OR_PASSWORD, code(v5("ann", stranger)));
    broker.awaitLine("the token is for another audience", mark, LIMIT);
    assertEquals(BAD_USER_NAME_OR_PASSWORD, code(v5("ann", issuer.token("one", ann(-1)))));
    broker.awaitLine("the token has expired", mark, LIMIT);
    String[] parts = issuer.token("one", ann(600)).split("\\.");
    String unsigned = TokenIssuer.part("{'alg':'none'}") + "." + parts[1] + ".";
    assertEquals(BAD_USER_NAME_OR_PASSWORD, code(v5("ann", unsigned)));
    String root = TokenIssuer.part(ann(600).replace("'ann'", "'root'"));
    assertEquals(
        BAD_USER_NAME_OR_PASSWORD, code(v5("root", parts[0] + "." + root + "." + parts[2])));
    broker.awaitLine("the token's signature is wrong", mark, LIMIT);

    assertNotEquals(0, code(v5(stranger, "x")), "it stands in the wrong place");
    broker.awaitLine("(user <a token>)", mark, LIMIT);
    assertFalse(broker.log().contains(stranger.split("\\.")[1]));
    assertEquals(0, code(ConnectPacket.v5("c")), "no token: the next authenticator is asked");
  }

  @Test
  void keysAreExchangedWhileClientsStay() throws Exception {
    try (RawClient old =
        RawClient.connected(broker.address(), v5("ann", issuer.token("one", ann(600))))) {
      String last = issuer.token("one", ann(600));
      issuer.addRsa("three");
      issuer.remove("one");
      String next = issuer.token("three", ann(600));
      Await.until("the new key counts", LIMIT, () -> code(v5("other", "ann", next)) == 0);
      assertEquals(BAD_USER_NAME_OR_PASSWORD, code(v5("other", "ann", last)));
      old.ping();

      issuer.answer(503);
      issuer.addRsa("four");
      int mark = broker.mark();
      String unknown = issuer.token("four", ann(600));
      Await.until(
          "the failure is told",
          LIMIT,
          () -> {
            assertEquals(BAD_USER_NAME_OR_PASSWORD, code(v5("other", "ann", unknown)));
            return broker.find("the keys that it gave before stay in force", mark).isPresent();
          });
      assertEquals(0, code(v5("other", "ann", next)));
      issuer.answer(200);
      Await.until("the service is back", LIMIT, () -> code(v5("other", "ann", unknown)) == 0);
      old.ping();
    }
  }

  @Test
  void tokensOfUnknownKeysDoNotFloodTheService() throws Exception {
    broker.set(CONFIGURATION, "jwksCoolDownSeconds", 3600);
    Await.until("it is asked anew", LIMIT, () -> issuer.questions() >= 2);
    issuer.addRsa("three");
    int before = issuer.questions();
    String unknown = issuer.token("three", ann(600));
    for (int i = 0; i < 20; i++) {
      assertEquals(BAD_USER_NAME_OR_PASSWORD, code(v5("ann", unknown)));
    }
    assertEquals(before, issuer.questions());
  }

  @Test
  void clientIsDisconnectedWhenItsTokenExpires() throws Exception {
    try (RawClient client = RawClient.open(broker.address());
        RawClient old = RawClient.open(broker.address())) {
      String token = issuer.token("two", ann(4));
      ConnectPacket lasting = v5("lasting", "ann", token).sessionExpiry(600);
      assertEquals(0, client.connect(lasting).reason());
      assertEquals(0, old.connect(ConnectPacket.v311("old").login("ann", token)).reason());
      assertEquals(1, client.subscribe("t", 1));
      client.ping();
      client.expectDisconnect(MAXIMUM_CONNECT_TIME);
      old.expectClosed();
    }
    try (RawClient again = RawClient.open(broker.address())) {
      String token = issuer.token("one", ann(600));
      RawPacket ack = again.connect(v5("lasting", "ann", token).sessionExpiry(600).resume());
      assertTrue(ack.sessionPresent(), "the session went on");
    }
  }

  @Test
  void tokenBindsTheClientIdentifier() throws Exception {
    broker.set(CONFIGURATION, "clientIdClaim", "device.id");
    String token = issuer.token("one", ann(600).replace("}", ",'device':{'id':'d7'}}"));
    Await.until("the claim counts", LIMIT, () -> code(v5("other", "ann", token)) == 0x85);
    assertEquals(2, code(ConnectPacket.v311("other").login("ann", token)));
    assertEquals(0, code(v5("d7", "ann", token)));
    try (RawClient client = RawClient.open(broker.address())) {
      RawPacket ack = client.connect(v5("", "ann", token));
      assertEquals(List.of("d7"), ack.all(ASSIGNED_CLIENT_IDENTIFIER));
    }
    assertEquals(BAD_USER_NAME_OR_PASSWORD, code(v5("d7", "ann", issuer.token("one", ann(600)))));
  }

  @Test
  void tokenSaysWhatItsBearerMayDo() throws Exception {
    broker.set("io.fluxmqtt.access.cfg", "authorizers", "jwt, acl");
    broker.set(CONFIGURATION, "aclClaim", "mqtt");
    broker.set(CONFIGURATION, "aclOtherwise", "deny");
    String rights = ",'mqtt':{'publish':['up/%c'],'subscribe':['down/%u/#']}}";
    String token = issuer.token("one", ann(600).replace("}", rights));
    Await.until("the rights count", LIMIT, () -> publishes(token, "any/where") == 0x87);
    try (RawClient client = RawClient.connected(broker.address(), v5("c1", "ann", token))) {
      assertEquals(0x87, client.publish("up/c2", "x"));
      assertTrue(client.publish("up/c1", "x") < 0x80);
      assertEquals(1, client.subscribe("down/ann/+", 1));
      assertEquals(0x87, client.subscribe("down/#", 1));
      assertEquals(0x87, client.subscribe("up/c1", 1));
    }
    broker.set(CONFIGURATION, "aclOtherwise", "abstain");
    Await.until("the next decides", LIMIT, () -> publishes(token, "any/where") < 0x80);
  }

  @Test
  void keysOfOpensslAreReadFromAFile() throws Exception {
    String openssl = Tool.require("openssl", "openssl");
    Path folder = broker.folder();
    int mark = broker.mark();
    broker.write(CONFIGURATION, "publicKeyFile = issuer.pem\nclockSkewSeconds = 0\n");
    broker.awaitLine("there is no such file", mark, LIMIT);
    shell("%s genrsa -out %s/key.pem 2048".formatted(openssl, folder));
    String text =
        TokenIssuer.part("{'alg':'RS256'}")
            + "."
            + TokenIssuer.part(ann(600).replace("'ann'", "'eve'"));
    Files.writeString(folder.resolve("text"), text);
    String signature =
        shell(
            ("%1$s dgst -sha256 -sign %2$s/key.pem %2$s/text | %1$s base64 -A | tr '+/' '-_' |"
                    + " tr -d '='")
                .formatted(openssl, folder));
    String token = text + "." + signature;
    assertEquals(SERVER_UNAVAILABLE, code(v5("eve", token)));

    shell("%1$s pkey -in %2$s/key.pem -pubout -out %2$s/public.pem".formatted(openssl, folder));
    Files.move(
        folder.resolve("public.pem"),
        broker.etc().resolve("issuer.pem"),
        StandardCopyOption.ATOMIC_MOVE);
    Await.until("the file is read", LIMIT, () -> code(v5("eve", token)) == 0);

    shell("%1$s genrsa 2048 | %1$s pkey -pubout -out %2$s/public.pem".formatted(openssl, folder));
    Files.move(
        folder.resolve("public.pem"),
        broker.etc().resolve("issuer.pem"),
        StandardCopyOption.ATOMIC_MOVE);
    Await.until(
        "the other key counts", LIMIT, () -> code(v5("eve", token)) == BAD_USER_NAME_OR_PASSWORD);
  }

  private int publishes(String token, String topic) throws IOException {
    try (RawClient client = RawClient.connected(broker.address(), v5("ann", token))) {
      return client.publish(topic, "x");
    }
  }

  private Tool.Result publish(String pub, String user, String token) throws Exception {
    return Tool.run(
        LIMIT,
        pub,
        "-h",
        broker.address().host(),
        "-p",
        Integer.toString(broker.address().port()),
        "-q",
        "1",
        "-u",
        user,
        "-P",
        token,
        "-t",
        "t",
        "-m",
        "x");
  }

  private static String shell(String command) throws Exception {
    Tool.Result result = Tool.run(LIMIT, "sh", "-c", command + " 2>/dev/null");
    assertEquals(0, result.exit(), result::output);
    return result.output().strip();
  }

  private static String ann(long seconds) {
    return "{'sub':'ann','iss':'https://issuer.example','aud':['web','mqtt'],'exp':%d}"
        .formatted(Instant.now().getEpochSecond() + seconds);
  }

  private static ConnectPacket v5(String user, String token) {
    return v5("c", user, token);
  }

  private static ConnectPacket v5(String clientId, String user, String token) {
    return ConnectPacket.v5(clientId).login(user, token);
  }

  private int code(ConnectPacket connect) throws IOException {
    try (RawClient client = RawClient.open(broker.address())) {
      return client.connect(connect).reason();
    }
  }
}
