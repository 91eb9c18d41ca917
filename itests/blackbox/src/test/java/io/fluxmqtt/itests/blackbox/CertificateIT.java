package io.fluxmqtt.itests.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fluxmqtt.itests.kit.Await;
import io.fluxmqtt.itests.kit.BrokerProcess;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.RawClient;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The authenticator by certificate in a broker that runs, for clients that show none. */
class CertificateIT {
  private static final String FILE = "io.fluxmqtt.auth.certificate-default.cfg";
  private static final int NOT_AUTHORIZED = 0x87;
  private static final Duration LIMIT = Duration.ofSeconds(30);

  @Test
  void whoShowsNoCertificateIsLeftToTheNext() throws Exception {
    try (BrokerProcess process = BrokerProcess.prepare("certificate")) {
      process.load("io.fluxmqtt.auth.certificate");
      process.set("io.fluxmqtt.access.cfg", "authenticators", "certificate, anonymous");
      process.write(FILE, "userName = san-dns\n");
      process.start();
      Await.until("the next is asked", LIMIT, () -> code(process) == 0);

      int mark = process.mark();
      process.set(FILE, "crlFile", "plant.crl");
      process.awaitLine("caFile= is empty", mark, LIMIT);
      assertEquals(0, code(process), "the configuration stays as it was");
      process.set(FILE, "caFile", "plant.pem");
      process.awaitLine("there is no file", mark, LIMIT);
      assertEquals(0, code(process), "lists do not concern it");

      process.set(FILE, "name", "other");
      process.awaitLine("authenticator certificate", mark, LIMIT);
      process.set("io.fluxmqtt.access.cfg", "authenticators", "other");
      Await.until("all abstain", LIMIT, () -> code(process) == NOT_AUTHORIZED);
    }
  }

  private static int code(BrokerProcess process) throws IOException {
    try (RawClient client = RawClient.open(process.address())) {
      return client.connect(ConnectPacket.v5("bare")).reason();
    }
  }
}
