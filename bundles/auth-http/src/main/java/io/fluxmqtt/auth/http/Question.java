package io.fluxmqtt.auth.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.fluxmqtt.api.spi.auth.Credentials;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** What a web service is told of a client: named values, in order. Nothing else decides. */
record Question(String userName, List<Field> fields) {
  private static final JsonFactory JSON = new JsonFactory();
  private static final HexFormat HEX = HexFormat.of().withUpperCase();

  /** One value, in UTF-8 save for a password of other bytes. */
  record Field(String name, byte[] value) {
    static Field of(String name, String value) {
      return new Field(name, value.getBytes(StandardCharsets.UTF_8));
    }
  }

  /** A client that has a user name. */
  static Question of(String userName, Credentials shown) {
    List<Field> fields = new ArrayList<>();
    fields.add(Field.of("clientid", shown.clientId()));
    fields.add(Field.of("username", userName));
    if (shown.password() != null) {
      fields.add(new Field("password", shown.password().toByteArray()));
    }
    fields.add(Field.of("listener", shown.listener()));
    InetSocketAddress remote = shown.remoteAddress();
    if (remote != null) {
      InetAddress address = remote.getAddress();
      fields.add(
          Field.of("address", address == null ? remote.getHostString() : address.getHostAddress()));
    }
    if (!shown.certificates().isEmpty()) {
      String subject = shown.certificates().get(0).getSubjectX500Principal().getName();
      fields.add(Field.of("subject", subject));
    }
    return new Question(userName, List.copyOf(fields));
  }

  /** How many bytes of the client's are held while it waits. */
  int size() {
    return fields.stream().mapToInt(field -> field.value.length).sum();
  }

  /** An object of texts; a password that is no UTF-8 is {@code passwordBase64} instead. */
  byte[] toJson() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      json.writeStartObject();
      for (Field field : fields) {
        Optional<String> text = text(field.value);
        if (text.isPresent()) {
          json.writeStringField(field.name, text.get());
        } else {
          json.writeStringField(
              field.name + "Base64", Base64.getEncoder().encodeToString(field.value));
        }
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // there is no device that could fail
    }
    return bytes.toByteArray();
  }

  /** {@code name=value} pairs; every byte that is not a letter or digit is escaped. */
  String toForm() {
    StringBuilder form = new StringBuilder();
    for (Field field : fields) {
      form.append(form.isEmpty() ? "" : "&").append(field.name).append('=');
      for (byte each : field.value) {
        if (isPlain(each)) {
          form.append((char) each);
        } else {
          HEX.toHexDigits(form.append('%'), each);
        }
      }
    }
    return form.toString();
  }

  /** What tells questions apart without showing them: a salted SHA-256 of all that they say. */
  ByteBuffer fingerprint(byte[] salt) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(salt);
      for (Field field : fields) { // with lengths, so that no two questions look the same
        byte[] name = field.name.getBytes(StandardCharsets.UTF_8);
        digest.update(ByteBuffer.allocate(8).putInt(name.length).putInt(field.value.length).flip());
        digest.update(name);
        digest.update(field.value);
      }
      return ByteBuffer.wrap(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java runtime lacks SHA-256", e);
    }
  }

  /** The client's names never reach a log by accident, its password never at all. */
  @Override
  public String toString() {
    return "Question[" + size() + " bytes]";
  }

  private static boolean isPlain(byte b) {
    return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9';
  }

  private static Optional<String> text(byte[] bytes) {
    try {
      return Optional.of(
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }
}
