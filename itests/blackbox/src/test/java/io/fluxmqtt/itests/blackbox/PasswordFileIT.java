package io.fluxmqtt.itests.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fluxmqtt.itests.kit.Await;
import io.fluxmqtt.itests.kit.BrokerProcess;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.Passwords;
import io.fluxmqtt.itests.kit.RawClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Users whose passwords are hashed in every way that mosquitto has had, and their groups. */
class PasswordFileIT {
  private static final int WRONG_PASSWORD = 0x86;

  /** Made by Python's hashlib. */
  private static final String OLD =
      "old:$6$MDEyMzQ1Njc4OWFi$qEXipeLbgxRlwd06QHfY5WITkUZg0jLg9SZbXzq3ifXjfj+v3GbJGrSfC5PAg3UNCS+UFfbhUIZX4bmIAs330w==\n";

  /** Made by the command argon2, with what mosquitto 2.1 takes. */
  private static final String NEW =
      "new:$argon2id$v=19$m=47104,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$WcwJ81+8l75tRW9m5QWyiMT5SKoFCq+Oz2eDczK6dDY\n";

  private BrokerProcess broker;

  @BeforeEach
  void prepare() throws Exception {
    broker = BrokerProcess.prepare("users");
    Path home = broker.folder().resolve("home");
    try (Stream<Path> optional = Files.list(home.resolve("optional"))) {
      Path library =
          optional
              .filter(jar -> jar.getFileName().toString().contains("bcprov"))
              .findFirst()
              .orElseThrow();
      Files.copy(library, home.resolve("bundle").resolve(library.getFileName()));
    }
    Passwords.write(broker, Map.of("now", "secret"));
    Files.writeString(broker.etc().resolve(Passwords.FILE), OLD + NEW, StandardOpenOption.APPEND);
    Files.writeString(broker.etc().resolve("groups"), "writers: old now\n");
    broker.set("io.fluxmqtt.access.cfg", "authenticators", "file");
    broker.set("io.fluxmqtt.auth.file-default.cfg", "groupFile", "groups");
    broker.start();
  }

  @AfterEach
  void stop() throws Exception {
    broker.close();
  }

  @Test
  void everyHashOfMosquittoIsKnown() throws Exception {
    for (String user : new String[] {"now", "old", "new"}) {
      assertEquals(0, login(user, "secret"), user);
      assertEquals(WRONG_PASSWORD, login(user, "Secret"), user);
    }
    assertEquals(WRONG_PASSWORD, login("nobody", "secret"));
  }

  @Test
  void weakHashIsStrengthenedByALogin() throws Exception {
    broker.set("io.fluxmqtt.auth.file-default.cfg", "strengthenAtLogin", "true");
    Await.until(
        "the old user's password is hashed anew",
        () -> login("old", "secret") == 0 && line("old").startsWith("old:$7$1000$"));
    assertEquals(0, login("old", "secret"));
    assertEquals(NEW.strip(), line("new"));
  }

  private String line(String user) throws IOException {
    return Files.readAllLines(broker.etc().resolve(Passwords.FILE)).stream()
        .filter(line -> line.startsWith(user + ":"))
        .findFirst()
        .orElseThrow();
  }

  private int login(String user, String password) throws IOException {
    try (RawClient client = RawClient.open(broker.address())) {
      return client.connect(ConnectPacket.v5("id-" + user).login(user, password)).reason();
    }
  }
}
