package io.fluxmqtt.auth.jwt;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a token says. Errors name the claim, never its value. Immutable by use. */
final class Claims {
  private static final int VALUES_MAX = 256;
  private static final long LAST_SECOND = 253_402_300_799L; // of the year 9999

  private final Map<String, Object> json;

  Claims(Map<String, Object> json) {
    this.json = json;
  }

  /**
   * A claim by its name, which may hold dots, or else by the path of names with dots between.
   *
   * @return null if it is not there, or null in the token
   */
  @Nullable Object find(String path) {
    Object whole = json.get(path);
    if (whole != null) {
      return whole;
    }
    Object at = json;
    for (String name : path.split("\\.", -1)) {
      if (!(at instanceof Map<?, ?> object)) {
        return null;
      }
      at = object.get(name);
    }
    return at;
  }

  /** A text that can be a name: not empty, without U+0000; null if the claim is not there. */
  @Nullable String name(String path) throws BadTokenException {
    Object value = find(path);
    if (value == null) {
      return null;
    }
    if (!(value instanceof String text) || !isName(text)) {
      throw new BadTokenException("the token's claim " + path + " is not a name");
    }
    return text;
  }

  /** The texts of a list, or of one text; empty if the claim is not there. */
  List<String> texts(String path) throws BadTokenException {
    Object value = find(path);
    return value == null ? List.of() : texts(path, value);
  }

  /** As {@link #texts(String)}; one text is split at blanks. */
  List<String> words(String path) throws BadTokenException {
    if (find(path) instanceof String text) {
      List<String> words = Arrays.stream(text.split(" ", -1)).filter(w -> !w.isEmpty()).toList();
      return texts(path, words);
    }
    return texts(path);
  }

  /** The same of a value that stands in the claim. */
  static List<String> texts(String path, @Nullable Object value) throws BadTokenException {
    List<?> values = value instanceof List<?> list ? list : Collections.singletonList(value);
    if (values.size() > VALUES_MAX) {
      throw new BadTokenException(
          "the token's claim %s has more than %d values".formatted(path, VALUES_MAX));
    }
    List<String> texts = new ArrayList<>();
    for (Object each : values) {
      texts.add(text(path, each));
    }
    return texts;
  }

  private static String text(String path, @Nullable Object value) throws BadTokenException {
    String text;
    if (value instanceof String string) {
      text = string;
    } else if (value instanceof Boolean || value instanceof Long || value instanceof Integer) {
      text = value.toString();
    } else if (value instanceof Double number) {
      text = new BigDecimal(number).stripTrailingZeros().toPlainString();
    } else {
      throw new BadTokenException("the token's claim " + path + " is neither text nor number");
    }
    if (!isName(text)) {
      throw new BadTokenException("the token's claim " + path + " holds an empty or unfit text");
    }
    return text;
  }

  /** A time in seconds since 1970 (RFC 7519, NumericDate), or null if the claim is not there. */
  @Nullable Instant time(String name) throws BadTokenException {
    Object value = json.get(name);
    if (value == null) {
      return null;
    }
    if (!(value instanceof Number number)) {
      throw new BadTokenException("the token's claim " + name + " is not a number");
    }
    double seconds = number.doubleValue();
    if (!(seconds >= 0)) {
      throw new BadTokenException("the token's claim " + name + " is not a time");
    }
    return Instant.ofEpochSecond((long) Math.min(seconds, LAST_SECOND));
  }

  private static boolean isName(String text) {
    if (text.isEmpty()) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean isPair =
          Character.isHighSurrogate(c)
              && i + 1 < text.length()
              && Character.isLowSurrogate(text.charAt(i + 1));
      if (c == 0 || (Character.isSurrogate(c) && !isPair)) { // no UTF-8 string of MQTT holds these
        return false;
      }
      i += isPair ? 1 : 0;
    }
    return true;
  }
}
