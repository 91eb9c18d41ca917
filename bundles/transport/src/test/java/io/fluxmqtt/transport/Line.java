package io.fluxmqtt.transport;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.util.HexFormat;

/** A client's end of a connection. */
record Line(InputStream in, OutputStream out, Closeable end) implements Closeable {
  /** One packet in hex, or "end" if the connection is closed, however that was. */
  String receive() {
    try {
      int first = in.read();
      if (first < 0) {
        return "end";
      }
      int length = 0;
      int shift = 0;
      int digit;
      do {
        digit = in.read();
        length |= (digit & 0x7F) << shift;
        shift += 7;
      } while (digit > 0x7F);
      return HexFormat.of().toHexDigits((byte) first)
          + " "
          + HexFormat.of().formatHex(in.readNBytes(length));
    } catch (SocketTimeoutException e) {
      return "nothing";
    } catch (IOException e) {
      return "end";
    }
  }

  /** Whether the server ends it, whatever it says before, such as an alert of TLS. */
  boolean ends() {
    try {
      while (in.read() >= 0) {
        // until the end
      }
      return true;
    } catch (SocketTimeoutException e) {
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  /** Sends a packet; what is answered. */
  String ask(byte[] packet) throws IOException {
    out.write(packet);
    return receive();
  }

  @Override
  public void close() throws IOException {
    end.close();
  }
}
