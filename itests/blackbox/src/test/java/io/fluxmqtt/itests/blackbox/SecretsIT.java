package io.fluxmqtt.itests.blackbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.fluxmqtt.itests.kit.Await;
import io.fluxmqtt.itests.kit.BrokerAddress;
import io.fluxmqtt.itests.kit.BrokerProcess;
import io.fluxmqtt.itests.kit.Certificates;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.Door;
import io.fluxmqtt.itests.kit.Passwords;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.Tool;
import io.fluxmqtt.itests.kit.Wire;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Secrets wherever the broker takes one, used and misused, while it tells all that it can tell:
 * none of them may be seen in its log, its pages or the service registry.
 */
class SecretsIT {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final String ACCESS = "io.fluxmqtt.access.cfg";
  private static final String HTTP = "io.fluxmqtt.auth.http-%s.cfg";
  private static final String JWT = "io.fluxmqtt.auth.jwt-%s.cfg";
  private static final String LISTENER = "io.fluxmqtt.listener-%s.cfg";

  /** What is no secret is seen, so that the search is known to work. */
  private static final String SEEN = "seen-by-all-" + 4711;

  private final Secrets secrets = new Secrets();
  private final HttpClient http = HttpClient.newHttpClient();
  private BrokerProcess broker;
  private HttpServer service;
  private Door door;
  private int doorPort;
  private int httpPort;

  @BeforeEach
  void start() throws Exception {
    service = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    service.createContext("/", SecretsIT::answer);
    service.start();
    doorPort = BrokerProcess.freePort();
    String trace = " -Dorg.slf4j.simpleLogger.log.io.fluxmqtt=trace ";
    broker =
        BrokerProcess.prepare(
            "secrets", Map.of("JAVA_OPTS", "-Xmx256m" + trace + Door.option(doorPort)));
    Door.hang(broker);
    httpPort = BrokerProcess.freePort();
    broker.set("org.apache.felix.http.cfg", "org.osgi.service.http.port", httpPort);
    broker.load(
        "org.apache.felix.eventadmin",
        "org.apache.felix.http.jetty",
        "org.apache.felix.http.servlet-api",
        "org.apache.felix.healthcheck.api",
        "org.apache.felix.healthcheck.core",
        "io.fluxmqtt.health",
        "io.fluxmqtt.metrics",
        "jackson-core",
        "nimbus-jose-jwt",
        "io.fluxmqtt.auth.http",
        "io.fluxmqtt.auth.jwt",
        "io.fluxmqtt.auth.jaas",
        "io.fluxmqtt.auth.scram",
        "io.fluxmqtt.auth.certificate");
    broker.set(ACCESS, "enhancedAuthenticators", "scram");
    Passwords.write(broker, Map.of("known", "anything"));
  }

  @AfterEach
  void stop() throws Exception {
    if (door != null) {
      door.close();
    }
    broker.close();
    service.stop(0);
  }

  /** Lets one user in; what others have sent comes back as an error. */
  private static void answer(HttpExchange exchange) throws IOException {
    String question =
        exchange.getRequestURI()
            + " "
            + exchange.getRequestHeaders().entrySet()
            + " "
            + new String(exchange.getRequestBody().readAllBytes(), UTF_8);
    if (question.contains("welcome")) {
      exchange.sendResponseHeaders(204, -1);
    } else {
      byte[] echo = question.getBytes(UTF_8);
      exchange.sendResponseHeaders(question.contains("broken") ? 500 : 200, echo.length);
      exchange.getResponseBody().write(echo);
    }
    exchange.close();
  }

  @Test
  void noSecretIsSeenAnywhere() throws Exception {
    int keyed = plantKeyPasswords();
    broker.start();
    door = Door.open(broker, doorPort);
    useListeners(keyed);
    useWebServices();
    usePasswordFile();
    useTokens();
    useScram();
    useLoginModules();
    useBadPackets();

    TreeSet<String> found = secrets.find("the log", broker.log());
    assertTrue(broker.log().contains(SEEN), "what is bad is logged");
    for (String page :
        List.of("/metrics", "/health", "/health.json", "/health.verbose.txt", "/health.html")) {
      String text = get(page);
      assertTrue(text.length() > 1, page);
      found.addAll(secrets.find(page, text));
    }
    String services = String.join("\n", door.services());
    assertTrue(services.contains(SEEN), services);
    found.addAll(secrets.find("a service's properties", services));
    assertEquals(new TreeSet<String>(), found);
  }

  // --- what is planted and used ---

  private int plantKeyPasswords() throws Exception {
    Certificates certificates =
        new Certificates(broker.folder().resolve("certificates")).issue("one", "DNS:localhost");
    String password = secrets.plant("key-password");
    Path store = broker.etc().resolve("server.p12");
    String command =
        "cd '%s' && openssl pkcs12 -export -in one.pem -inkey one.key -out '%s' -passout pass:%s && openssl pkcs8 -topk8 -in one.key -out '%s' -passout pass:%s"
            .formatted(
                certificates.file("one.pem").getParent(),
                store,
                password,
                broker.etc().resolve("server.key"),
                password);
    Tool.Result result = Tool.run(LIMIT, "sh", "-c", command);
    assertEquals(0, result.exit(), result.output());
    certificates.copy("one.pem", broker.etc().resolve("server.pem"));
    broker.write("first-line", secrets.plant("key-password-file") + "\n");
    broker.write(
        "broken.key",
        "-----BEGIN PRIVATE KEY-----\n%s\n-----END PRIVATE KEY-----\n"
            .formatted(secrets.plant("key")));
    String pem = "certificateFile = server.pem\nkeyFile = %s\n.keyPassword = %s\n";
    String keys = "keyStoreFile = server.p12\n";
    listener("store", keys + ".keyPassword = " + password + "\n");
    listener("store-bad", keys + ".keyPassword = " + secrets.plant("key-password-bad") + "\n");
    listener("file-bad", keys + "keyPasswordFile = " + broker.etc().resolve("first-line") + "\n");
    listener("pem-bad", pem.formatted("server.key", secrets.plant("pem-password-bad")));
    listener("pem-broken", pem.formatted("broken.key", secrets.plant("pem-password-broken")));
    listener("typo", keys + ".keyPasword = " + secrets.plant("key-password-typo") + "\n");
    return listener("pem", pem.formatted("server.key", password));
  }

  private int listener(String name, String keys) throws IOException {
    int port = BrokerProcess.freePort();
    broker.write(LISTENER.formatted(name), "type = tls\nport = " + port + "\n" + keys);
    return port;
  }

  private void useListeners(int port) throws Exception {
    Certificates certificates = new Certificates(broker.folder().resolve("others"));
    for (String bad : List.of("store-bad", "file-bad", "pem-bad", "pem-broken", "typo")) {
      broker.awaitLine("listener " + bad, LIMIT);
    }
    try (SSLSocket socket =
        (SSLSocket) certificates.client(null).getSocketFactory().createSocket("127.0.0.1", port)) {
      socket.startHandshake();
      throw new AssertionError("its certificate is of another authority");
    } catch (javax.net.ssl.SSLHandshakeException e) {
      // It has sent its certificate, so it could read its key.
    }
    int mark = broker.mark();
    broker.set(LISTENER.formatted("pem"), ".keyPassword", secrets.plant("key-password-late"));
    broker.awaitLine("listener pem", mark, LIMIT);
  }

  private void useWebServices() throws Exception {
    String url = "url = http://127.0.0.1:%d/\n".formatted(service.getAddress().getPort());
    String token = secrets.plant("http-token");
    String password = secrets.plant("http-password");
    secrets.hide("http-basic", "broker:" + password);
    configure(HTTP, "a", "name = a\n" + url + ".token = " + token + "\n");
    configure(
        HTTP,
        "b",
        "name = b\n" + url + "user = broker\n.password = %s\nformat = form\n".formatted(password));
    String header = "headers = X-Key: " + secrets.plant("http-header") + "\n";
    configure(HTTP, "c", "name = c\n" + url + "method = get\n." + header);
    configure(HTTP, "d", "name = d\nurl = http://127.0.0.1:1/\nmethod = get\nfailuresMax = 1000\n");
    String seen = "name = " + SEEN + "\n" + url;
    configure(HTTP, "e", seen + ".token = " + secrets.plant("http-token-seen") + "\n");
    for (String name : List.of("a", "b", "c", "d")) {
      authenticators(name);
      for (String user : List.of("welcome", "broken", "garbled")) {
        login(user, secrets.plant("password-of-" + user + "-at-" + name));
      }
    }
    misuse(seen + ".headers = " + secrets.plant("http-header-bad"), ".headers=");
    misuse(seen + ".headers = X Y: " + secrets.plant("http-header-name"), ".headers=");
    misuse(seen + ".password = " + secrets.plant("http-password-alone"), ".password=");
    misuse(seen + "user=u\n.token = " + secrets.plant("http-token-too"), ".token=");
    misuse("url = http://u:%s@localhost/".formatted(secrets.plant("http-url")), "url=");
    configure(HTTP, "typo", "name = typo\n" + url + ".tokn = " + secrets.plant("http-typo") + "\n");
    misuse(
        seen + ".token = %s\ncacheSeconds = %s".formatted(secrets.plant("http-beside"), SEEN),
        "cacheSeconds=");
    configure(HTTP, "e", seen + ".token = " + secrets.plant("http-token-again") + "\n");
  }

  private void misuse(String text, String told) throws Exception {
    int mark = broker.mark();
    configure(HTTP, "e", text + "\n");
    broker.awaitLine(told, mark, LIMIT);
  }

  private void usePasswordFile() throws Exception {
    String right = secrets.plant("file-password");
    Passwords.write(broker, Map.of("known", right));
    String file = Files.readString(broker.etc().resolve(Passwords.FILE));
    for (String part : file.strip().split("[:$]")) {
      if (part.length() > 12) {
        secrets.hide("hash-or-salt", part);
      }
    }
    authenticators("file");
    Await.until("the password counts", LIMIT, () -> login("known", right) == 0);
    assertEquals(0x86, login("known", secrets.plant("file-password-wrong")));
    assertNotEquals(0, login("unknown", secrets.plant("file-password-unknown")));
    for (String line :
        List.of("plain:%s", "%s", "odd:$7$%s", "worse:$6$salt$%s", "new:$argon2id$v=19$%s")) {
      int mark = broker.mark();
      broker.write(Passwords.FILE, file + line.formatted(secrets.plant("file-line")) + "\n");
      broker.awaitLine(Passwords.FILE, mark, LIMIT);
    }
  }

  private void useTokens() throws Exception {
    String key = secrets.plant("jwt-secret");
    String other = secrets.plant("jwt-other-secret");
    broker.write("jwt.secret", key);
    configure(JWT, "p", "name = jwt\nsecretFile = jwt.secret\nrequireExpiry = false\n");
    configure(
        JWT,
        "u",
        "name = by-name\ntokenIn = username\nsecretFile = jwt.secret\nrequireExpiry = false\n");
    authenticators("jwt, by-name");
    String claims = "{'sub':'ann','jti':'%s'}";
    Await.until("a token counts", LIMIT, () -> login("ann", token(key, claims)) == 0);
    Await.until("a name counts", LIMIT, () -> login(token(key, claims), "") == 0);
    for (String bad : List.of("{'sub':7,'jti':'%s'}", "{'sub':'ann','exp':1,'jti':'%s'}", "%s")) {
      assertNotEquals(0, login("ann", token(key, bad)));
      assertNotEquals(0, login(token(key, bad), ""));
    }
    assertNotEquals(0, login("ann", token(other, claims)));
    assertNotEquals(0, login(token(other, claims), secrets.plant("password-beside-token")));
    assertNotEquals(0, login(token(key, claims) + ".x", "x"));

    badKeys("secretFile", secrets.plant("s").substring(0, 30));
    badKeys("jwksFile", "{\"keys\":[" + secrets.plant("jwks-broken"));
    badKeys(
        "jwksFile",
        "{\"keys\":[{\"kty\":\"oct\",\"k\":\"%s\",\"alg\":7}]}".formatted(secrets.plant("jwk")));
    badKeys(
        "publicKeyFile",
        "-----BEGIN PRIVATE KEY-----\n%s\n-----END PRIVATE KEY-----"
            .formatted(secrets.plant("jwt-private-key")));
  }

  private void badKeys(String key, String text) throws Exception {
    secrets.hide(key, text);
    broker.write("bad.keys", text);
    int mark = broker.mark();
    configure(JWT, "bad", "name = bad\n%s = bad.keys\n".formatted(key));
    broker.awaitLine("bad.keys", mark, LIMIT);
    Files.delete(broker.etc().resolve(JWT.formatted("bad")));
    broker.write("bad.keys", "");
  }

  /** A token whose parts are secrets; quotes are single ones. */
  private String token(String key, String claims) throws GeneralSecurityException {
    String body = TokenIssuer.part(claims.formatted(secrets.plant("claim")));
    String text = TokenIssuer.part("{'alg':'HS256'}") + "." + body;
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key.getBytes(UTF_8), "HmacSHA256"));
    byte[] signature = mac.doFinal(text.getBytes(UTF_8));
    String signed = Base64.getUrlEncoder().withoutPadding().encodeToString(signature);
    secrets.hide("token-body", body);
    secrets.hide("token-signature", signed);
    return text + "." + signed;
  }

  private void useScram() throws Exception {
    String password = secrets.plant("scram-password");
    String line = ScramIT.line(broker, "ann", password);
    for (String part : line.split("[:$]")) {
      if (part.length() > 15) {
        secrets.hide("scram-key-or-salt", part);
      }
    }
    broker.write("flux-mqtt.scram", line + "\n");
    configure("io.fluxmqtt.auth.scram-%s.cfg", "default", "pollMillis = 50\n");
    Await.until("a challenge is met", LIMIT, () -> scram("ann", password));
    assertTrue(!scram("ann", secrets.plant("scram-password-wrong")));
    assertTrue(!scram("eve", secrets.plant("scram-password-of-nobody")));
    for (String bad : List.of("bob:%s", "bob:SCRAM-SHA-256$4096:%s$a:b", "bob:SCRAM-SHA-256$%s:")) {
      int mark = broker.mark();
      broker.write("flux-mqtt.scram", line + "\n" + bad.formatted(secrets.plant("scram-line")));
      broker.awaitLine("flux-mqtt.scram", mark, LIMIT);
    }
  }

  private boolean scram(String user, String password) {
    BrokerAddress at = broker.address();
    Mqtt5BlockingClient client =
        Mqtt5Client.builder()
            .serverHost(at.host())
            .serverPort(at.port())
            .enhancedAuth(new ScramMechanism("SCRAM-SHA-256", user, password))
            .buildBlocking();
    try {
      client.connect();
      client.disconnect();
      return true;
    } catch (Mqtt5ConnAckException e) {
      return false;
    }
  }

  private void useLoginModules() throws Exception {
    String module = "plant { com.sun.security.auth.module.LdapLoginModule REQUIRED %s; };\n";
    String options =
        "userProvider=\"ldap://127.0.0.1:1/ou=people\" userFilter=\"(uid={USERNAME})\""
            + " java.naming.security.credentials=\"%s\"";
    broker.write("login.conf", module.formatted(options.formatted(secrets.plant("jaas-option"))));
    configure(
        "io.fluxmqtt.auth.jaas-%s.cfg", "default", "realm = plant\nloginConfigFile = login.conf\n");
    authenticators("jaas");
    assertNotEquals(0, login("ann", secrets.plant("jaas-password")));
    for (String bad : List.of("credentials %s", "credentials=\"a\" %s", "%s=;", "=%s")) {
      int mark = broker.mark();
      broker.write("login.conf", module.formatted(bad.formatted(secrets.plant("jaas-broken"))));
      Await.until(
          "the file is read",
          LIMIT,
          () ->
              login("ann", secrets.plant("jaas-password")) != 0
                  && broker.find("login.conf", mark).isPresent());
    }
  }

  private void useBadPackets() throws Exception {
    authenticators("file, anonymous");
    try (RawClient client = RawClient.open(broker.address())) {
      byte[] data = secrets.plant("auth-data").getBytes(UTF_8);
      client.send(
          ConnectPacket.v5("method")
              .with(Wire.AUTHENTICATION_METHOD, Wire.utf8("UNKNOWN"))
              .with(Wire.AUTHENTICATION_DATA, Wire.binary(data))
              .toBytes());
      client.receive();
    }
    for (int version : new int[] {4, 5, 6}) {
      try (RawClient client = RawClient.open(broker.address())) {
        client.send( // more than the Remaining Length of what was begun says
            Wire.packet(
                Wire.CONNECT << 4,
                Wire.utf8("MQTT"),
                Wire.bytes(version, 0xC2),
                Wire.u16(0),
                version == 5 ? Wire.properties() : Wire.bytes(),
                Wire.utf8("bad"),
                Wire.utf8("user"),
                Wire.utf8(secrets.plant("password-of-bad-packet")),
                Wire.utf8(secrets.plant("password-behind"))));
        client.receive();
      } catch (java.io.EOFException | java.net.SocketException e) {
        // Refused without a word, as it may be.
      }
    }
  }

  // --- helpers ---

  private void configure(String file, String name, String text) throws IOException {
    broker.write(file.formatted(name), text);
  }

  /** Has these decide alone; returns once they do. */
  private void authenticators(String names) throws Exception {
    int mark = broker.mark();
    broker.set(ACCESS, "authenticators", names);
    String asked = names.substring(names.lastIndexOf(' ') + 1);
    Await.until(
        names + " is asked",
        LIMIT,
        () -> {
          login("unknown-to-" + asked, secrets.plant("password-for-" + asked));
          return broker.lines(mark).stream()
              .anyMatch(
                  line ->
                      line.contains("unknown-to-" + asked) && line.contains(asked + " (bundle"));
        });
  }

  private int login(String user, String password) throws IOException {
    try (RawClient client = RawClient.open(broker.address())) {
      return client.connect(ConnectPacket.v5("secretive").login(user, password)).reason();
    }
  }

  private String get(String path) throws Exception {
    String[] body = new String[1];
    URI uri = URI.create("http://127.0.0.1:" + httpPort + path);
    Await.until(
        path + " is there",
        LIMIT,
        () -> {
          HttpRequest request = HttpRequest.newBuilder(uri).timeout(LIMIT).build();
          HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
          body[0] = response.body();
          return response.statusCode() != 404;
        });
    return body[0];
  }
}
