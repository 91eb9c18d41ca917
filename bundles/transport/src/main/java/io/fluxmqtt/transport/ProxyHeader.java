package io.fluxmqtt.transport;

import io.fluxmqtt.transport.ProxyTerms.Protocol;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads a header of the PROXY protocol of HAProxy, version 1 (a line of text) or 2 (binary), byte
 * by byte. Not thread-safe.
 */
final class ProxyHeader {
  /** With the end of the line. */
  private static final int LINE_MAX_BYTES = 107;

  private static final int FIXED_BYTES = 16;

  /** Of what follows the fixed part: addresses, and what else the proxy tells, which is skipped. */
  private static final int VARIABLE_MAX_BYTES = 4096;

  private static final byte[] SIGNATURE = {
    0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A
  };
  private static final byte[] WORD = "PROXY ".getBytes(StandardCharsets.US_ASCII);
  private static final Pattern LINE =
      Pattern.compile(
          "PROXY (?:UNKNOWN(?: .*)?|(TCP[46]) (\\S+) (\\S+) (\\d{1,5}) (\\d{1,5}))\r\n",
          Pattern.DOTALL);
  private static final int MAX_PORT = 65_535;

  /** What a header says of the client. */
  record Origin(boolean forwarded, @Nullable InetSocketAddress address) {
    /** The proxy speaks for itself. */
    static final Origin LOCAL = new Origin(false, null);

    /** Somebody whose address is not told, or none. */
    static final Origin UNKNOWN = new Origin(true, null);
  }

  /** This is no header, or not one that is allowed. */
  static final class Bad extends Exception {
    private static final long serialVersionUID = 1L;

    Bad(String text) {
      super(text, null, false, false);
    }
  }

  private final Protocol allowed;
  private byte[] bytes = new byte[LINE_MAX_BYTES];
  private int length;

  ProxyHeader(Protocol allowed) {
    this.allowed = allowed;
  }

  /**
   * Takes the next byte.
   *
   * @return what the header says, once it is whole
   */
  @Nullable Origin take(byte next) throws Bad {
    bytes[length++] = next;
    if (bytes[0] == SIGNATURE[0]) {
      return binary();
    }
    requireBeginning(WORD, Protocol.V1);
    if (next != '\n') {
      if (length == LINE_MAX_BYTES) {
        throw new Bad("a line of more than %d bytes".formatted(LINE_MAX_BYTES));
      }
      return null;
    }
    return text(new String(bytes, 0, length, StandardCharsets.ISO_8859_1));
  }

  private void requireBeginning(byte[] beginning, Protocol protocol) throws Bad {
    int come = Math.min(length, beginning.length);
    if (!Arrays.equals(bytes, 0, come, beginning, 0, come)) {
      throw new Bad("no PROXY header");
    }
    if (allowed != protocol && allowed != Protocol.BOTH) {
      throw new Bad("a header of version %d".formatted(protocol == Protocol.V1 ? 1 : 2));
    }
  }

  private static Origin text(String line) throws Bad {
    Matcher matcher = LINE.matcher(line);
    if (!matcher.matches()) {
      throw new Bad("a malformed line");
    }
    String family = matcher.group(1);
    if (family == null) {
      return Origin.UNKNOWN;
    }
    int size = family.equals("TCP4") ? 4 : 16;
    ip(matcher.group(3), size);
    port(matcher.group(5));
    return new Origin(true, address(ip(matcher.group(2), size), port(matcher.group(4))));
  }

  private static byte[] ip(String text, int size) throws Bad {
    byte[] ip =
        text.indexOf('%') >= 0 || text.startsWith("[")
            ? null
            : NetUtil.createByteArrayFromIpAddressString(text);
    if (ip == null || ip.length != size) {
      throw new Bad("a malformed address");
    }
    return ip;
  }

  private static int port(String text) throws Bad {
    int port = Integer.parseInt(text);
    if (port > MAX_PORT) {
      throw new Bad("a port beyond 65535");
    }
    return port;
  }

  private @Nullable Origin binary() throws Bad {
    requireBeginning(SIGNATURE, Protocol.V2);
    if (length < FIXED_BYTES) {
      return null;
    }
    ByteBuffer header = ByteBuffer.wrap(bytes, 0, length);
    int variable = Short.toUnsignedInt(header.getShort(14));
    if (length == FIXED_BYTES) {
      check(header.get(12), header.get(13), variable);
      bytes = Arrays.copyOf(bytes, FIXED_BYTES + variable);
    }
    if (length < FIXED_BYTES + variable) {
      return null;
    }
    if ((header.get(12) & 0x0F) == 0) {
      return Origin.LOCAL;
    }
    int size = addressSize(header.get(13));
    if (size == 0) {
      return Origin.UNKNOWN;
    }
    byte[] ip = Arrays.copyOfRange(bytes, FIXED_BYTES, FIXED_BYTES + size);
    int port = Short.toUnsignedInt(header.getShort(FIXED_BYTES + 2 * size));
    return new Origin(true, address(ip, port));
  }

  /** The byte of version and command, that of family and protocol, and the length that follows. */
  private static void check(byte command, byte family, int variable) throws Bad {
    if ((command & 0xFE) != 0x20) {
      throw new Bad("version and command 0x%02X".formatted(command));
    }
    if (variable > VARIABLE_MAX_BYTES) {
      throw new Bad("%d bytes; the limit is %d".formatted(variable, VARIABLE_MAX_BYTES));
    }
    if ((command & 0x0F) == 0) {
      return; // of a LOCAL one nothing else counts
    }
    int least =
        switch (family) {
          case 0x00 -> 0;
          case 0x11 -> 12;
          case 0x21 -> 36;
          case 0x31 -> 216;
          default -> throw new Bad("family and protocol 0x%02X, not a stream".formatted(family));
        };
    if (variable < least) {
      throw new Bad("%d bytes; its addresses take %d".formatted(variable, least));
    }
  }

  private static int addressSize(byte family) {
    return switch (family) {
      case 0x11 -> 4;
      case 0x21 -> 16;
      default -> 0; // a Unix socket, or not told
    };
  }

  private static InetSocketAddress address(byte[] ip, int port) {
    try {
      return new InetSocketAddress(InetAddress.getByAddress(ip), port);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("4 or 16 bytes are an address", e);
    }
  }
}
