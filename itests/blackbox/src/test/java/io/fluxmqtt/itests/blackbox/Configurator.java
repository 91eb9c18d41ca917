package io.fluxmqtt.itests.blackbox;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.fluxmqtt.itests.blackbox.steering.ConfigurationDoor;
import io.fluxmqtt.itests.kit.Await;
import io.fluxmqtt.itests.kit.PluginJar;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.net.ConnectException;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;

/** The test's end of {@link ConfigurationDoor}: checks and changes the configuration. */
public record Configurator(int port) {
  /** The system property that tells the bundle its port. */
  public static final String PROPERTY = "itests.configuration.port";

  private static final String NAME = ConfigurationDoor.class.getPackageName();

  /** Puts the bundle where the container finds it. */
  public static void hang(Path folder) throws IOException {
    PluginJar.write(
        folder.resolve(NAME + ".jar"),
        NAME,
        ConfigurationDoor.class,
        "io.fluxmqtt.api.admin;version=\"[2.2,3)\"");
  }

  /** Waits until there is an answer. */
  public void awaitOpen(Duration limit) throws Exception {
    Await.until("configuration can be asked", limit, () -> ask("describe nothing").isEmpty());
  }

  /** Sends a line and returns the answer. */
  public String ask(String line) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", port);
        PrintWriter out = new PrintWriter(socket.getOutputStream(), true, UTF_8);
        BufferedReader in =
            new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8))) {
      out.println(line);
      return String.valueOf(in.readLine());
    } catch (ConnectException e) {
      return "not there yet";
    }
  }
}
