package io.fluxmqtt.itests.blackbox;

import io.fluxmqtt.itests.kit.BrokerAddress;
import io.fluxmqtt.itests.kit.Tool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;

/** MQTT.js on Node, MQTT 3.1.1. */
class MqttJsV3IT extends ClientContract {
  @BeforeAll
  static void install() throws Exception {
    MqttJs.require();
  }

  @Override
  MqttPeer peer(BrokerAddress broker) throws Exception {
    return MqttJs.peer(broker, 4);
  }

  /** Where the package is and how the script is started, for both versions. */
  static final class MqttJs {
    private static final Duration INSTALL_LIMIT = Duration.ofSeconds(90);
    private static final String VERSION = System.getProperty("mqttjs.version");
    private static final Path FOLDER =
        Path.of(System.getProperty("work.dir")).resolveSibling("mqttjs").toAbsolutePath();

    private MqttJs() {}

    static void require() throws Exception {
      Tool.require("node", "nodejs");
      String npm = Tool.require("npm", "npm");
      if (Files.exists(FOLDER.resolve("node_modules/mqtt/package.json"))) {
        return;
      }
      Files.createDirectories(FOLDER);
      Tool.Result result =
          Tool.run(
              INSTALL_LIMIT,
              npm,
              "install",
              "--prefix",
              FOLDER.toString(),
              "mqtt@" + VERSION,
              "--no-save",
              "--no-package-lock",
              "--ignore-scripts",
              "--no-audit",
              "--no-fund",
              "--prefer-offline",
              "--fetch-retries=0");
      Tool.skipUnless(
          result.exit() == 0, "mqtt@" + VERSION + " cannot be had from npm: " + result.output());
    }

    static MqttPeer peer(BrokerAddress broker, int version) throws Exception {
      String node = Tool.require("node", "nodejs");
      String script = Tool.resource("mqttjs_client.js").toString();
      ProcessBuilder start = new ProcessBuilder(new ArrayList<>(List.of(node, script)));
      start.environment().put("NODE_PATH", FOLDER.resolve("node_modules").toString());
      return new ScriptPeer(broker, version, start);
    }
  }
}
