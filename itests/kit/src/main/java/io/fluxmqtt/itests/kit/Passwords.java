package io.fluxmqtt.itests.kit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Map;

/** Password files as mosquitto_passwd writes them. */
public final class Passwords {
  public static final String FILE = "flux-mqtt.passwd";

  private Passwords() {}

  /** Gives a broker these users, and the authenticator that reads them. */
  public static void write(BrokerProcess broker, Map<String, String> users) throws Exception {
    String tool = Tool.require("mosquitto_passwd", "mosquitto");
    Path temporary = broker.folder().resolve("passwd.new");
    Files.deleteIfExists(temporary);
    Files.createFile(temporary);
    for (Map.Entry<String, String> user : users.entrySet()) {
      Tool.Result result =
          Tool.run(
              Duration.ofSeconds(10),
              tool,
              "-b",
              temporary.toString(),
              user.getKey(),
              user.getValue());
      assertEquals(0, result.exit(), result.output());
    }
    Files.move(
        temporary,
        broker.etc().resolve(FILE),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
    configure(broker);
  }

  private static void configure(BrokerProcess broker) throws IOException {
    Path configuration = broker.etc().resolve("io.fluxmqtt.auth.file-default.cfg");
    if (!Files.exists(configuration)) {
      broker.write(configuration.getFileName().toString(), "passwordFile = " + FILE + "\n");
    }
  }
}
