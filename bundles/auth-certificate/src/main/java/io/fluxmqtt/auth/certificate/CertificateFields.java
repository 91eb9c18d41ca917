package io.fluxmqtt.auth.certificate;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.naming.InvalidNameException;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.security.auth.x500.X500Principal;

/**
 * What a certificate says of its holder. All of it is text that MQTT can carry and a log can show:
 * a certificate with a control character anywhere in it is refused as a whole, since a rule might
 * miss a value that was left out.
 */
final class CertificateFields {
  private static final int BYTES_MAX = 65_535; // of a string in MQTT
  private static final int EMAIL = 1; // kinds of names in RFC 5280, section 4.2.1.6
  private static final int DNS = 2;
  private static final int URI = 6;

  private final Map<Field, List<String>> names = new EnumMap<>(Field.class);
  private final Map<String, List<String>> subject = new HashMap<>(); // by type, in upper case
  private final String serial;
  private final String issuer;

  private CertificateFields(X509Certificate certificate) throws BadCertificateException {
    String dn = certificate.getSubjectX500Principal().getName(X500Principal.RFC2253);
    readSubject(dn);
    names.put(Field.DN, dn.isEmpty() ? List.of() : List.of(checked("subject", dn)));
    names.put(Field.CN, subject.getOrDefault("CN", List.of()));
    readAlternatives(certificate);
    serial = hex(certificate.getSerialNumber());
    issuer = checked("issuer", certificate.getIssuerX500Principal().getName(X500Principal.RFC2253));
  }

  /** Reads a certificate. */
  static CertificateFields of(X509Certificate certificate) throws BadCertificateException {
    return new CertificateFields(certificate);
  }

  /** The value of a field that there must be exactly once. */
  String only(Field field) throws BadCertificateException {
    List<String> values = names.get(field);
    if (values == null || values.isEmpty()) {
      throw new BadCertificateException("it has not " + field.what);
    }
    if (values.size() > 1) {
      throw new BadCertificateException(
          "it has " + values.size() + " of what should be once: " + field.what);
    }
    return values.get(0);
  }

  /** The organizational units of the subject. */
  List<String> units() {
    return subject.getOrDefault("OU", List.of());
  }

  String serial() {
    return serial;
  }

  /** What authorizers may ask for. */
  Map<String, List<String>> attributes() {
    Map<String, List<String>> attributes = new HashMap<>();
    attributes.put("cert.dn", names.get(Field.DN));
    attributes.put("cert.cn", names.get(Field.CN));
    attributes.put("cert.o", subject.getOrDefault("O", List.of()));
    attributes.put("cert.ou", units());
    attributes.put("cert.san.dns", names.get(Field.SAN_DNS));
    attributes.put("cert.san.email", names.get(Field.SAN_EMAIL));
    attributes.put("cert.san.uri", names.get(Field.SAN_URI));
    attributes.put("cert.serial", List.of(serial));
    attributes.put("cert.issuer", List.of(issuer));
    attributes.values().removeIf(List::isEmpty);
    return attributes;
  }

  private void readSubject(String dn) throws BadCertificateException {
    try {
      for (Rdn rdn : new LdapName(dn).getRdns()) {
        var types = rdn.toAttributes().getAll(); // several in one: CN=a+OU=b
        while (types.hasMore()) {
          Attribute type = types.next();
          var values = type.getAll();
          while (values.hasMore()) {
            add(type.getID().toUpperCase(Locale.ROOT), values.next());
          }
        }
      }
    } catch (InvalidNameException e) {
      throw new BadCertificateException("its subject cannot be read");
    } catch (NamingException e) {
      throw new IllegalStateException(e); // these enumerations are in memory
    }
  }

  private void add(String type, Object value) throws BadCertificateException {
    if (value instanceof String text) {
      subject.computeIfAbsent(type, key -> new ArrayList<>()).add(checked(type, text));
    } else if (type.equals("CN") || type.equals("O") || type.equals("OU")) {
      throw new BadCertificateException("its " + type + " is not text");
    }
  }

  private void readAlternatives(X509Certificate certificate) throws BadCertificateException {
    List<String> dns = new ArrayList<>();
    List<String> mails = new ArrayList<>();
    List<String> uris = new ArrayList<>();
    for (List<?> each : alternatives(certificate)) {
      switch ((Integer) each.get(0)) {
        case DNS -> dns.add(checked("DNS name", (String) each.get(1)));
        case EMAIL -> mails.add(checked("e-mail address", (String) each.get(1)));
        case URI -> uris.add(checked("URI", (String) each.get(1)));
        default -> {
          // addresses and others are no names here
        }
      }
    }
    names.put(Field.SAN_DNS, dns);
    names.put(Field.SAN_EMAIL, mails);
    names.put(Field.SAN_URI, uris);
  }

  private static Collection<List<?>> alternatives(X509Certificate certificate)
      throws BadCertificateException {
    try {
      Collection<List<?>> names = certificate.getSubjectAlternativeNames();
      return names == null ? List.of() : names;
    } catch (CertificateParsingException e) {
      throw new BadCertificateException("its alternative names cannot be read");
    }
  }

  private static String checked(String what, String text) throws BadCertificateException {
    if (text.isBlank()) {
      throw new BadCertificateException("its " + what + " is empty");
    }
    if (text.codePoints().anyMatch(CertificateFields::isForbidden)) {
      throw new BadCertificateException("its " + what + " has a control character");
    }
    if (text.getBytes(StandardCharsets.UTF_8).length > BYTES_MAX) {
      throw new BadCertificateException("its " + what + " has more than " + BYTES_MAX + " bytes");
    }
    return text;
  }

  private static boolean isForbidden(int point) {
    return switch (Character.getType(point)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE,
          Character.UNASSIGNED ->
          true;
      default -> false;
    };
  }

  /** As openssl prints it: upper case, whole bytes. */
  private static String hex(BigInteger number) {
    String digits = number.toString(16).toUpperCase(Locale.ROOT);
    return digits.length() % 2 == 0 ? digits : "0" + digits;
  }
}
