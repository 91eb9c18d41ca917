package io.fluxmqtt.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.spi.auth.Authentication;
import io.fluxmqtt.api.spi.auth.Principal;
import io.fluxmqtt.itests.kit.Await;
import io.fluxmqtt.itests.kit.Tool;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TrustTest {
  private static final char[] PASSWORD = "changeit".toCharArray();
  private static final Authentication ACCEPTED = new Authentication.Accepted(Principal.user("ann"));
  private static final Authentication UNAVAILABLE =
      new Authentication.Rejected(ReasonCode.SERVER_UNAVAILABLE);

  @TempDir Path folder;

  @Test
  void onlyCertificatesOfTheFileAreTrustedAndAChangeOfItCounts() throws Exception {
    certificate("service", "ip:127.0.0.1");
    certificate("other", "ip:127.0.0.1");
    Path caFile = folder.resolve("ca.pem");
    try (Given given = new Given(server("service"));
        Desk desk = new Desk("pid", "test", options(given, caFile.toString()))) {
      assertEquals(UNAVAILABLE, Given.ask(desk, "ann").join(), "no file yet");
      put("other", caFile);
      Await.until("the handshake fails", () -> given.count() == 0 && isRefused(desk));
      put("service", caFile);
      Await.until("it is trusted", () -> Given.ask(desk, "ann").join().equals(ACCEPTED));
      Files.writeString(caFile, "nonsense");
      Await.passed(Duration.ofMillis(1_200)); // longer than it takes to look
      assertEquals(ACCEPTED, Given.ask(desk, "ann").join(), "the old ones stay");
      put("other", caFile);
      Await.until("it is trusted no more", () -> isRefused(desk));
      desk.change(options(given, folder.resolve("service.pem").toString()));
      assertEquals(ACCEPTED, Given.ask(desk, "ann").join());
      desk.change(options(given, ""));
      assertEquals(UNAVAILABLE, Given.ask(desk, "ann").join(), "nor does Java trust it");
    }
  }

  @Test
  void certificateOfAnotherHostIsRefused() throws Exception {
    certificate("service", "dns:auth.example");
    try (Given given = new Given(server("service"));
        Desk desk =
            new Desk("pid", "test", options(given, folder.resolve("service.pem").toString()))) {
      assertEquals(UNAVAILABLE, Given.ask(desk, "ann").join());
      assertEquals(0, given.count());
    }
  }

  private static boolean isRefused(Desk desk) {
    return Given.ask(desk, "ann").join().equals(UNAVAILABLE);
  }

  private static Options options(Given given, String caFile) {
    int port = given.server.getAddress().getPort();
    return Given.options(
        Map.of(
            "url",
            "https://127.0.0.1:" + port + "/auth",
            "caFile",
            caFile,
            "pauseMillis",
            10,
            "timeoutMillis",
            20_000));
  }

  private void put(String name, Path file) throws Exception {
    Path temporary = folder.resolve("temporary");
    Files.copy(folder.resolve(name + ".pem"), temporary, StandardCopyOption.REPLACE_EXISTING);
    Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
  }

  private HttpsServer server(String name) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(folder.resolve(name + ".p12"))) {
      store.load(in, PASSWORD);
    }
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(store, PASSWORD);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    HttpsServer server =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(context));
    return server;
  }

  private void certificate(String name, String alternative) throws Exception {
    String store = folder.resolve(name + ".p12").toString();
    keytool(
        "-genkeypair",
        "-alias",
        "a",
        "-keyalg",
        "EC",
        "-dname",
        "CN=" + name,
        "-validity",
        "30",
        "-ext",
        "san=" + alternative,
        "-keystore",
        store,
        "-storetype",
        "PKCS12",
        "-storepass",
        new String(PASSWORD));
    keytool(
        "-exportcert",
        "-alias",
        "a",
        "-rfc",
        "-file",
        folder.resolve(name + ".pem").toString(),
        "-keystore",
        store,
        "-storepass",
        new String(PASSWORD));
  }

  private static void keytool(String... arguments) throws Exception {
    String[] command = new String[arguments.length + 1];
    command[0] = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    Tool.Result result = Tool.run(Duration.ofSeconds(30), command);
    assertEquals(0, result.exit(), result.output());
  }
}
