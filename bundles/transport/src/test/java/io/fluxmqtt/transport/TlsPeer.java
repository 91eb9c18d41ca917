package io.fluxmqtt.transport;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** TLS clients that share sessions, and notice which certificate they are shown. */
final class TlsPeer {
  private static final int PATIENCE_MILLIS = 10_000;
  private static final byte[] CONNECT =
      HexFormat.of().parseHex("101000044d5154540502003c000003616263");

  private final SSLContext context;

  /** How many handshakes were whole ones. */
  final AtomicInteger wholeHandshakes = new AtomicInteger();

  /** The types of the records that came in, over all connections; on the reader's thread. */
  final List<Integer> records = new ArrayList<>();

  String[] protocols = {"TLSv1.3", "TLSv1.2"};
  String[] applicationProtocols = {};
  String @Nullable [] cipherSuites;
  @Nullable String hostName;

  /**
   * Clients.
   *
   * @param identity what they show if they are asked, or null
   */
  TlsPeer(TestCa.@Nullable Issued identity) {
    try {
      context = SSLContext.getInstance("TLS");
      context.init(new KeyManager[] {new Shows(identity)}, new TrustManager[] {new Notes()}, null);
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  /** A connection whose handshake is done, as far as the client can tell, and CONNECT is sent. */
  SSLSocket connect(int port) throws IOException {
    Socket plain = new SpiedSocket(port);
    SSLSocket socket =
        (SSLSocket) context.getSocketFactory().createSocket(plain, "localhost", port, true);
    socket.setSoTimeout(PATIENCE_MILLIS);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setProtocols(protocols);
    parameters.setApplicationProtocols(applicationProtocols);
    if (cipherSuites != null) {
      parameters.setCipherSuites(cipherSuites);
    }
    if (hostName != null) {
      parameters.setServerNames(List.of(new SNIHostName(hostName)));
    }
    socket.setSSLParameters(parameters);
    try {
      socket.startHandshake();
      socket.getOutputStream().write(CONNECT);
    } catch (IOException e) {
      socket.close();
      throw e;
    }
    return socket;
  }

  /** The serial number of the certificate that a new client is shown. */
  static String shownBy(int port, @Nullable String host) throws IOException {
    TlsPeer fresh = new TlsPeer(null);
    fresh.hostName = host;
    try (SSLSocket socket = fresh.connect(port)) {
      return shown(socket);
    }
  }

  static String shown(SSLSocket socket) throws IOException {
    X509Certificate leaf = (X509Certificate) socket.getSession().getPeerCertificates()[0];
    return leaf.getSerialNumber().toString();
  }

  /** Shows what it has, whoever is asked for. */
  private static final class Shows extends X509ExtendedKeyManager {
    private final TestCa.@Nullable Issued identity;

    Shows(TestCa.@Nullable Issued identity) {
      this.identity = identity;
    }

    @Override
    public @Nullable String chooseClientAlias(
        String[] types, Principal @Nullable [] issuers, @Nullable Socket socket) {
      return identity == null ? null : "own";
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
      return identity.chain().toArray(X509Certificate[]::new);
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
      return identity.keys().getPrivate();
    }

    @Override
    public String[] getClientAliases(String type, Principal @Nullable [] issuers) {
      return new String[] {"own"};
    }

    @Override
    public String[] getServerAliases(String type, Principal @Nullable [] issuers) {
      return new String[0];
    }

    @Override
    public @Nullable String chooseServerAlias(
        String type, Principal @Nullable [] issuers, @Nullable Socket socket) {
      return null;
    }
  }

  private final class Notes implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType)
        throws CertificateException {
      throw new CertificateException("no server");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) {
      wholeHandshakes.incrementAndGet();
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }

  private final class SpiedSocket extends Socket {
    SpiedSocket(int port) throws IOException {
      super(InetAddress.getLoopbackAddress(), port);
    }

    @Override
    public InputStream getInputStream() throws IOException {
      return new RecordSpy(super.getInputStream());
    }
  }

  /** Reads as the JDK does, header by header, so each is seen whole or byte by byte. */
  private final class RecordSpy extends FilterInputStream {
    private final int[] header = new int[5];
    private int headerBytes;
    private int body;

    RecordSpy(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      int octet = super.read();
      if (octet >= 0) {
        note(octet);
      }
      return octet;
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
      int count = super.read(into, from, length);
      for (int i = 0; i < count; i++) {
        note(into[from + i] & 0xFF);
      }
      return count;
    }

    private void note(int octet) {
      if (body > 0) {
        body--;
        return;
      }
      header[headerBytes++] = octet;
      if (headerBytes == 5) {
        headerBytes = 0;
        body = header[3] << 8 | header[4];
        records.add(header[0]);
      }
    }
  }
}
