package io.fluxmqtt.transport;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * One handshake in memory with a client that trusts everybody: it shows whether keys, protocols and
 * cipher suites fit together before a client has to find out, and loads what the first client would
 * wait for.
 */
final class TlsRehearsal {
  private static final int STEPS_MAX = 200;

  private final SSLEngine server;
  private final SSLEngine client;
  private final ByteBuffer toServer;
  private final ByteBuffer toClient;

  private TlsRehearsal(SSLEngine server, SSLEngine client) {
    this.server = server;
    this.client = client;
    int size = 4 * server.getSession().getPacketBufferSize();
    toServer = ByteBuffer.allocate(size);
    toClient = ByteBuffer.allocate(size);
  }

  /** Plays it; a failure says what does not fit. */
  static void play(TlsContext context) throws TlsProblem {
    try {
      SSLContext clients = SSLContext.getInstance("TLS");
      clients.init(null, new TrustManager[] {new TrustsAll()}, null);
      SSLEngine client = clients.createSSLEngine();
      client.setUseClientMode(true);
      client.setEnabledProtocols(new String[] {"TLSv1.3", "TLSv1.2"});
      client.setEnabledCipherSuites(client.getSupportedCipherSuites());
      SSLEngine server = context.engine();
      server.setNeedClientAuth(false); // no client that could be asked
      server.setWantClientAuth(false);
      new TlsRehearsal(server, client).run();
    } catch (GeneralSecurityException | SSLException e) {
      throw new TlsProblem(
          "TLS",
          "cannot work with this certificate, tlsProtocols=%s and cipherSuites=%s: %s"
              .formatted(
                  context.settings().protocols(),
                  context.settings().cipherSuites(),
                  e.getMessage()));
    }
  }

  private void run() throws SSLException {
    client.beginHandshake();
    server.beginHandshake();
    boolean clientDone = false;
    boolean serverDone = false;
    for (int i = 0; i < STEPS_MAX && !(clientDone && serverDone); i++) {
      clientDone |= step(client, toClient, toServer);
      serverDone |= step(server, toServer, toClient);
    }
    if (!serverDone) {
      throw new SSLException("the handshake does not end");
    }
  }

  /** Does what an engine needs next; whether its handshake has ended. */
  private static boolean step(SSLEngine engine, ByteBuffer in, ByteBuffer out) throws SSLException {
    HandshakeStatus status = engine.getHandshakeStatus();
    SSLEngineResult result =
        switch (status) {
          case NEED_WRAP -> engine.wrap(ByteBuffer.allocate(0), out);
          case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> unwrap(engine, in);
          case NEED_TASK -> {
            Runnable task;
            while ((task = engine.getDelegatedTask()) != null) {
              task.run();
            }
            yield null;
          }
          default -> null;
        };
    return result != null && result.getHandshakeStatus() == HandshakeStatus.FINISHED;
  }

  private static SSLEngineResult unwrap(SSLEngine engine, ByteBuffer in) throws SSLException {
    in.flip();
    try {
      return engine.unwrap(in, ByteBuffer.allocate(engine.getSession().getApplicationBufferSize()));
    } finally {
      in.compact();
    }
  }

  /** The client's view; nothing secret passes. */
  private static final class TrustsAll extends X509ExtendedTrustManager {
    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {}

    @Override
    public void checkServerTrusted(
        X509Certificate[] chain, String authType, java.net.Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {}

    @Override
    public void checkClientTrusted(
        X509Certificate[] chain, String authType, java.net.Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
