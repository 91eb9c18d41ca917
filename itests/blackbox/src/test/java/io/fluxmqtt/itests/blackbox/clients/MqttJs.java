package io.fluxmqtt.itests.blackbox.clients;

import io.fluxmqtt.itests.kit.BrokerAddress;
import io.fluxmqtt.itests.kit.Tool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** MQTT.js on Node, from npm unless it is there from an earlier run. */
final class MqttJs {
  private static final Duration INSTALL_LIMIT = Duration.ofSeconds(90);
  private static final String PACKAGE = "mqtt@" + System.getProperty("mqttjs.version");
  private static final Path FOLDER =
      Path.of(System.getProperty("work.dir")).resolveSibling("mqttjs").toAbsolutePath();
  private static String whyMissing;

  private MqttJs() {}

  static MqttPeer v311(BrokerAddress broker) throws Exception {
    return peer(broker, 4, "mqtt");
  }

  static MqttPeer v5(BrokerAddress broker) throws Exception {
    return peer(broker, 5, "mqtt");
  }

  /**
   * A client of a version that connects by some protocol.
   *
   * @param protocol as the scheme of a URL: mqtt, ws, wss
   */
  static MqttPeer peer(BrokerAddress broker, int version, String protocol) throws Exception {
    String node = Tool.require("node", "nodejs");
    String npm = Tool.require("npm", "npm");
    String missing = install(npm);
    Tool.skipUnless(missing.isEmpty(), missing);
    String script = Tool.resource("mqttjs_client.js").toString();
    ProcessBuilder start = new ProcessBuilder(new ArrayList<>(List.of(node, script)));
    start.environment().put("MQTT_PROTOCOL", protocol);
    start.environment().put("NODE_PATH", FOLDER.resolve("node_modules").toString());
    return new ScriptPeer(broker, version, start);
  }

  /** Installs the package, at most once; returns why it is missing, or nothing. */
  private static synchronized String install(String npm) throws Exception {
    if (whyMissing == null) {
      whyMissing =
          Files.exists(FOLDER.resolve("node_modules/mqtt/package.json")) ? "" : download(npm);
    }
    return whyMissing;
  }

  private static String download(String npm) throws Exception {
    Files.createDirectories(FOLDER);
    Tool.Result result =
        Tool.run(
            INSTALL_LIMIT,
            npm,
            "install",
            "--prefix",
            FOLDER.toString(),
            PACKAGE,
            "--no-save",
            "--no-package-lock",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            "--prefer-offline",
            "--fetch-retries=0");
    return result.exit() == 0 ? "" : PACKAGE + " cannot be had from npm: " + result.output();
  }
}
