package io.fluxmqtt.launcher;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the broker does in its training, so that the classes it takes are in the archive too. */
final class Exercise {
  /** Set in the process that trains. */
  static final String PROPERTY = "flux.mqtt.training";

  private static final int PATIENCE_MILLIS = 20_000;
  private static final Pattern PORT = Pattern.compile("tcp://127\\.0\\.0\\.1:([0-9]+)");

  /** A client of 5.0 publishes to itself with each QoS; what it reads back tells when to go on. */
  private static final String[] SENT = {
    "10 11 0004 4D515454 05 02 003C 00 0004 74657374", // CONNECT
    "82 07 0001 00 0001 74 02", // SUBSCRIBE t
    "31 05 0001 74 00 78", // PUBLISH QoS 0, retained
    "32 07 0001 74 0002 00 78", // PUBLISH QoS 1
    "34 07 0001 74 0003 00 78", // PUBLISH QoS 2
    "62 02 0003", // PUBREL
    "C0 00", // PINGREQ
  };

  private Exercise() {}

  /** A process without a parent would be nobody's to end. */
  static void endWithParent() {
    Thread thread =
        new Thread(
            () -> {
              try {
                while (System.in.read() >= 0) {
                  // until it closes
                }
              } catch (IOException e) {
                // as good as closed
              }
              Runtime.getRuntime().halt(1);
            },
            "flux-mqtt-parent");
    thread.setDaemon(true);
    thread.start();
  }

  /** Serves one client, then ends the process, which makes the JVM dump the archive. */
  static void begin(String ready) {
    new Thread(() -> System.exit(run(ready) ? 0 : 1), "flux-mqtt-exercise").start();
  }

  private static boolean run(String ready) {
    Matcher port = PORT.matcher(ready);
    if (!port.find()) {
      return false;
    }
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), number(port.group(1)))) {
      socket.setSoTimeout(PATIENCE_MILLIS);
      return play(socket.getInputStream(), socket.getOutputStream());
    } catch (IOException e) {
      return false;
    }
  }

  private static int number(String text) {
    return Integer.parseInt(text);
  }

  /** Whether the broker answered all, up to PINGRESP. */
  static boolean play(InputStream in, OutputStream out) throws IOException {
    for (String packet : SENT) {
      out.write(bytes(packet));
      out.flush();
    }
    for (int type = in.read(); type >= 0; type = in.read()) {
      if (type == 0xD0) {
        return true;
      }
      in.readNBytes(in.read());
    }
    return false;
  }

  private static byte[] bytes(String hex) {
    String digits = hex.replace(" ", "");
    byte[] bytes = new byte[digits.length() / 2];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) Integer.parseInt(digits.substring(2 * i, 2 * i + 2), 16);
    }
    return bytes;
  }
}
