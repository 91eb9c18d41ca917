package io.fluxmqtt.transport;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The head of one HTTP/1.1 request, RFC 9112, as strict as its grammar: what another server might
 * read differently is refused.
 *
 * @param path what is asked for, without a query
 */
record HttpRequest(String method, String path, Map<String, List<String>> fields) {
  private static final Pattern LINE =
      Pattern.compile("([!#$%&'*+.^_`|~0-9A-Za-z-]+) ([\\x21-\\x7E]+) HTTP/1\\.(\\d)");
  private static final Pattern FIELD =
      Pattern.compile("([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \\t]*([\\x20-\\x7E\\x80-\\xFF\\t]*)");
  private static final Pattern ABSOLUTE =
      Pattern.compile("(?:https?|wss?)://[^/?#]+(/[^?#]*)?(?:\\?.*)?", Pattern.CASE_INSENSITIVE);

  /** What cannot be read, or must not be answered otherwise. */
  static final class Bad extends Exception {
    private static final long serialVersionUID = 1L;
    private final int status;

    Bad(int status, String text) {
      super(text, null, false, false);
      this.status = status;
    }

    int status() {
      return status;
    }
  }

  /**
   * Reads a head.
   *
   * @param head all up to the empty line, without that, as ISO 8859-1
   */
  static HttpRequest read(String head) throws Bad {
    String[] lines = head.split("\r\n", -1);
    Matcher line = LINE.matcher(lines[0]);
    if (!line.matches()) {
      throw new Bad(400, "this is not an HTTP/1.1 request");
    }
    if (line.group(3).equals("0")) {
      throw new Bad(505, "HTTP/1.1 is needed");
    }
    Map<String, List<String>> fields = new TreeMap<>();
    for (int i = 1; i < lines.length; i++) {
      Matcher field = FIELD.matcher(lines[i]);
      if (!field.matches()) {
        throw new Bad(400, "header field %d is malformed".formatted(i));
      }
      fields
          .computeIfAbsent(field.group(1).toLowerCase(Locale.ROOT), name -> new ArrayList<>(1))
          .add(field.group(2).strip());
    }
    return new HttpRequest(line.group(1), path(line.group(2)), fields);
  }

  private static String path(String target) {
    Matcher absolute = ABSOLUTE.matcher(target);
    if (absolute.matches()) {
      String path = absolute.group(1);
      return path == null ? "/" : path;
    }
    int query = target.indexOf('?');
    return query < 0 ? target : target.substring(0, query);
  }

  /** The one value of a field, or null without it. */
  @Nullable String only(String field) throws Bad {
    List<String> values = fields.getOrDefault(field, List.of());
    if (values.size() > 1) {
      throw new Bad(400, "header field %s stands there twice".formatted(field));
    }
    return values.isEmpty() ? null : values.get(0);
  }

  /** The elements of a field that is a list. */
  List<String> list(String field) {
    List<String> elements = new ArrayList<>();
    for (String value : fields.getOrDefault(field, List.of())) {
      for (String element : value.split(",", -1)) {
        elements.add(element.strip());
      }
    }
    return elements;
  }

  /** Whether a list holds an element, in whatever case. */
  boolean names(String field, String element) {
    Optional<String> found =
        list(field).stream().filter(each -> each.equalsIgnoreCase(element)).findAny();
    return found.isPresent();
  }
}
