package io.fluxmqtt.itests.kit;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Debian's mosquitto with an ACL file, as a process of its own on a free loopback port. */
public final class MosquittoBroker implements AutoCloseable {
  private final Path acl;
  private final int port;
  private final Process process;

  private MosquittoBroker(Path acl, int port, Process process) {
    this.acl = acl;
    this.port = port;
    this.process = process;
  }

  /** One that listens; skips the test where mosquitto is not installed. */
  public static MosquittoBroker start(Path folder, String rules) throws Exception {
    String program = Tool.require("mosquitto", "mosquitto");
    int port = BrokerProcess.freePort();
    Path acl = Files.writeString(folder.resolve("mosquitto.acl"), rules);
    Path configuration = folder.resolve("mosquitto.conf");
    Files.writeString(
        configuration,
        """
        listener %d 127.0.0.1
        allow_anonymous true
        acl_file %s
        max_inflight_messages 1000
        set_tcp_nodelay true
        user root
        """
            .formatted(port, acl.toAbsolutePath()));
    Process process =
        new ProcessBuilder(program, "-c", configuration.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("mosquitto.log").toFile())
            .start();
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
    MosquittoBroker broker = new MosquittoBroker(acl, port, process);
    Await.until("mosquitto listens", broker::isListening);
    return broker;
  }

  private boolean isListening() {
    try (Socket socket = new Socket("127.0.0.1", port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  public BrokerAddress address() {
    return BrokerAddress.loopback(port);
  }

  /** Gives it other rules, which it reads soon. */
  public void rules(String text) throws Exception {
    Path temporary = Files.writeString(acl.resolveSibling("mosquitto.acl.new"), text);
    Files.move(temporary, acl, StandardCopyOption.REPLACE_EXISTING);
    new ProcessBuilder("kill", "-HUP", Long.toString(process.pid())).start().waitFor();
  }

  @Override
  public void close() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }
}
