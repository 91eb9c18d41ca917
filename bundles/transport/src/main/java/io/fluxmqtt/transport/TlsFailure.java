package io.fluxmqtt.transport;

import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.nio.channels.ClosedChannelException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Why a handshake has failed.
 *
 * @param reason what it is counted as, one of a few
 * @param words for the log, about the client
 */
record TlsFailure(String reason, String words) {
  private static final Map<Integer, String> ALERTS =
      Map.of(
          40, "handshake_failure",
          42, "bad_certificate",
          45, "certificate_expired",
          46, "certificate_unknown",
          48, "unknown_ca",
          70, "protocol_version");
  private static final String FATAL = "Received fatal alert: ";

  /** What a client's alert means, by its number. */
  static TlsFailure ofAlert(int number) {
    return alert(ALERTS.getOrDefault(number, "alert " + number));
  }

  /** What the exceptions of netty and the JDK mean. */
  static TlsFailure of(Throwable cause) {
    for (Throwable each = cause; each != null; each = each.getCause()) {
      TlsFailure known = byType(each);
      if (known == null) {
        known = byText(String.valueOf(each.getMessage()));
      }
      if (known != null) {
        return known;
      }
    }
    for (Throwable each = cause; each != null; each = each.getCause()) {
      if (each instanceof CertPathValidatorException || each instanceof CertificateException) {
        return new TlsFailure("certificate-bad", "its certificate does not hold: " + said(each));
      }
    }
    return new TlsFailure("other", Text.quote(String.valueOf(cause.getMessage())));
  }

  private static @Nullable TlsFailure byType(Throwable cause) {
    if (cause instanceof TlsRefusal refusal) {
      return new TlsFailure(refusal.reason(), String.valueOf(refusal.getMessage()));
    }
    if (cause instanceof SslHandshakeTimeoutException) {
      return new TlsFailure("timeout", "it did not end the handshake within connectTimeoutSeconds");
    }
    if (cause instanceof ClosedChannelException) {
      return new TlsFailure("closed", "it closed the connection in the handshake");
    }
    if (cause instanceof RejectedExecutionException) {
      return new TlsFailure("busy", "too many handshakes wait for a thread");
    }
    if (cause instanceof CertificateExpiredException) {
      return new TlsFailure("certificate-expired", "its certificate has expired");
    }
    if (cause instanceof CertificateNotYetValidException) {
      return new TlsFailure("certificate-expired", "its certificate is not valid yet");
    }
    if (cause instanceof CertPathBuilderException) {
      return new TlsFailure(
          "certificate-unknown-authority", "caFile has no authority that issued its certificate");
    }
    return null;
  }

  private static @Nullable TlsFailure byText(String text) {
    if (text.startsWith(FATAL)) {
      return alert(text.substring(FATAL.length()));
    }
    if (text.contains("Empty client certificate chain")
        || text.contains("Empty server certificate chain")) { // JDK 17 says the latter of both
      return new TlsFailure(
          "certificate-required", "it shows no certificate, and clientCertificate=required");
    }
    if (text.contains("no cipher suites in common")) {
      return new TlsFailure("no-common-cipher", "it knows none of cipherSuites");
    }
    if (text.contains("is not enabled or supported in server context")
        || text.contains("protocol_version")
        || text.contains("not accepted by server preferences")) {
      return new TlsFailure("no-common-version", "it knows none of tlsProtocols");
    }
    if (text.contains("No matching application layer protocol")) {
      return new TlsFailure("alpn", "it offers another protocol by ALPN, and alpnStrict=true");
    }
    return null;
  }

  private static TlsFailure alert(String alert) {
    return switch (alert) {
      case "unknown_ca", "certificate_unknown", "bad_certificate", "certificate_expired" ->
          new TlsFailure(
              "refused-by-client", "it does not accept the broker's certificate: " + alert);
      case "protocol_version" ->
          new TlsFailure("no-common-version", "it accepts none of tlsProtocols");
      default -> new TlsFailure("refused-by-client", "it gave up: " + Text.quote(alert));
    };
  }

  private static String said(Throwable cause) {
    return Text.quote(String.valueOf(cause.getMessage()));
  }
}
