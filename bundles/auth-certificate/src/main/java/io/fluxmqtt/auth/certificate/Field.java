package io.fluxmqtt.auth.certificate;

import java.util.Locale;

/** A field of a certificate that can be a name. */
enum Field {
  /** Common Name of the subject. */
  CN("a common name"),
  /** The subject as a whole, as RFC 2253 writes it. */
  DN("a subject"),
  /** A DNS name of the Subject Alternative Name. */
  SAN_DNS("a DNS name"),
  /** An e-mail address of the Subject Alternative Name. */
  SAN_EMAIL("an e-mail address"),
  /** A URI of the Subject Alternative Name. */
  SAN_URI("a URI");

  final String what;

  Field(String what) {
    this.what = what;
  }

  /** As configuration has it. */
  String spelling() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
