package io.fluxmqtt.transport;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** A kind of listener, and how a client gets to speak MQTT there. */
enum Kind {
  TCP("tcp", "off"),
  TLS("tls", "off"),
  WS("ws", "off"),
  WSS("wss", "off"),
  UNIX("unix", "off"),
  TCP_BEHIND_PROXY("tcp", "both"),
  WSS_BEHIND_PROXY("wss", "both");

  private static final String CLIENT = "192.0.2.7";
  private static final String HEADER = "PROXY TCP4 " + CLIENT + " 192.0.2.8 5000 1883\r\n";

  private static final TestCa.Issued SERVER = new TestCa("kinds").issue("localhost", "localhost");
  private static final SSLContext TRUSTING = trusting();

  private final String type;
  private final String proxyProtocol;

  Kind(String type, String proxyProtocol) {
    this.type = type;
    this.proxyProtocol = proxyProtocol;
  }

  boolean isProxied() {
    return !proxyProtocol.equals("off");
  }

  boolean isUnix() {
    return type.equals("unix");
  }

  private boolean isEncrypted() {
    return type.equals("tls") || type.equals("wss");
  }

  /** From where its clients are seen to come; null if from nowhere. */
  @Nullable String clientAddress() {
    return isUnix() ? null : isProxied() ? CLIENT : "127.0.0.1";
  }

  /** The configuration of a listener where anonymous clients may connect. */
  Map<String, Object> keys(Path folder) throws IOException {
    Path certificate = Files.writeString(folder.resolve("server.pem"), SERVER.pem());
    Map<String, Object> keys = new HashMap<>();
    keys.put("type", type);
    keys.put("port", "0");
    keys.put("certificateFile", certificate.toString());
    keys.put("proxyProtocol", proxyProtocol);
    keys.put("socketPath", folder.resolve("socket").toString());
    keys.put("allowAnonymousRemote", String.valueOf(isProxied()));
    return keys;
  }

  /** A connection on which nothing was said yet. */
  Line raw(String uri) throws IOException {
    if (isUnix()) {
      SocketChannel channel =
          SocketChannel.open(UnixDomainSocketAddress.of(URI.create(uri).getPath()));
      return new Line(Channels.newInputStream(channel), Channels.newOutputStream(channel), channel);
    }
    Socket socket = new Socket();
    socket.setTcpNoDelay(true);
    socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(20));
    socket.connect(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), URI.create(uri).getPort()));
    return new Line(socket.getInputStream(), socket.getOutputStream(), socket);
  }

  /** What comes in front of all else. */
  void introduce(Line raw) throws IOException {
    if (isProxied()) {
      raw.out().write(HEADER.getBytes(StandardCharsets.US_ASCII));
    }
  }

  /** A connection on which MQTT can be spoken. */
  Line open(String uri) throws IOException {
    Line raw = raw(uri);
    introduce(raw);
    Line plain = isEncrypted() ? decrypted(raw) : raw;
    if (!type.startsWith("ws")) {
      return plain;
    }
    WebSocketLine web = new WebSocketLine(plain.in(), plain.out()).open();
    return new Line(web.input(), web.output(), plain.end());
  }

  private static Line decrypted(Line raw) throws IOException {
    Socket socket = (Socket) raw.end();
    Socket tls =
        TRUSTING.getSocketFactory().createSocket(socket, "localhost", socket.getPort(), true);
    return new Line(tls.getInputStream(), tls.getOutputStream(), tls);
  }

  private static SSLContext trusting() {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {new TrustsAll()}, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static final class TrustsAll implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType)
        throws CertificateException {
      throw new CertificateException("no server");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
