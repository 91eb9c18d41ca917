package io.fluxmqtt.transport;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;

/** A client's end of a WebSocket, by hand, so that it can be wrong; streams carry binary frames. */
final class WebSocketLine {
  static final int BINARY = 0x82;

  /** The key of RFC 6455's example, and what it is answered with there. */
  static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";

  static final String ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

  private final InputStream in;
  private final OutputStream out;

  WebSocketLine(InputStream in, OutputStream out) {
    this.in = in;
    this.out = out;
  }

  static String request(String path, String... fields) {
    return "GET "
        + path
        + " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
        + "Sec-WebSocket-Key: "
        + KEY
        + "\r\nSec-WebSocket-Version: 13\r\n"
        + (fields.length == 0 ? "" : String.join("\r\n", fields) + "\r\n")
        + "\r\n";
  }

  /** Opens it as the standard says. */
  WebSocketLine open() throws IOException {
    String answer = ask(request("/mqtt", "Sec-WebSocket-Protocol: mqtt"));
    if (!answer.startsWith("HTTP/1.1 101 ")) {
      throw new IOException(answer);
    }
    return this;
  }

  /** Sends a request; the head of the answer. */
  String ask(String request) throws IOException {
    out.write(request.getBytes(StandardCharsets.ISO_8859_1));
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
      int next = in.read();
      if (next < 0) {
        throw new EOFException(head.toString(StandardCharsets.ISO_8859_1));
      }
      head.write(next);
    }
    return head.toString(StandardCharsets.ISO_8859_1);
  }

  /** A frame as a client sends it. */
  static byte[] frame(int first, byte[] payload) {
    int mask = ThreadLocalRandom.current().nextInt();
    ByteBuffer frame = ByteBuffer.allocate(14 + payload.length).put((byte) first);
    if (payload.length < 126) {
      frame.put((byte) (0x80 | payload.length));
    } else if (payload.length < 65_536) {
      frame.put((byte) 0xFE).putShort((short) payload.length);
    } else {
      frame.put((byte) 0xFF).putLong(payload.length);
    }
    frame.putInt(mask);
    for (int i = 0; i < payload.length; i++) {
      frame.put((byte) (payload[i] ^ mask >>> 24 - 8 * (i % 4)));
    }
    byte[] bytes = new byte[frame.flip().remaining()];
    frame.get(bytes);
    return bytes;
  }

  void send(int first, byte[] payload) throws IOException {
    out.write(frame(first, payload));
  }

  /** One frame of the server: its first byte and its payload, in hex; "end" if there is none. */
  String receive() throws IOException {
    int first = in.read();
    if (first < 0) {
      return "end";
    }
    return HexFormat.of().toHexDigits((byte) first) + " " + HexFormat.of().formatHex(payload());
  }

  private byte[] payload() throws IOException {
    int length = in.read();
    if (length > 127) {
      throw new IOException("a server must not mask");
    }
    if (length > 125) {
      length =
          (int) Long.parseLong(HexFormat.of().formatHex(in.readNBytes(length == 126 ? 2 : 8)), 16);
    }
    return in.readNBytes(length);
  }

  /** Each write is a frame. */
  OutputStream output() {
    return new OutputStream() {
      @Override
      public void write(int each) throws IOException {
        send(BINARY, new byte[] {(byte) each});
      }

      @Override
      public void write(byte[] bytes, int from, int length) throws IOException {
        send(BINARY, Arrays.copyOfRange(bytes, from, from + length));
      }
    };
  }

  /** What comes in binary frames; ends at a close frame. */
  InputStream input() {
    return new InputStream() {
      private byte[] frame = {};
      private int at;

      @Override
      public int read() throws IOException {
        while (at == frame.length) {
          int first = in.read();
          if (first < 0 || first == 0x88) {
            return -1;
          }
          if (first != BINARY) {
            throw new IOException("frame " + first);
          }
          frame = payload();
          at = 0;
        }
        return frame[at++] & 0xFF;
      }
    };
  }
}
