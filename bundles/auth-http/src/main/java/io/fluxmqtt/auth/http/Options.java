package io.fluxmqtt.auth.http;

import io.fluxmqtt.api.config.SettingException;
import io.fluxmqtt.api.config.Settings;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** One configuration, checked. */
record Options(
    String name,
    Target target,
    @Nullable Path caFile,
    Calls.Bounds bounds,
    int cacheSeconds,
    int cacheMax,
    int failuresMax,
    int pauseMillis) {

  private enum Method {
    POST,
    GET
  }

  private enum Format {
    JSON,
    FORM
  }

  /**
   * Reads a configuration.
   *
   * @param etc where relative paths begin
   * @throws SettingException if a value cannot be used; the text shows no secret
   */
  static Options read(Settings settings, Path etc) {
    String name = settings.text("name");
    if (name.isEmpty()) {
      throw settings.error("name", "is empty");
    }
    return new Options(
        name,
        new Target(
            url(settings),
            settings.choice("method", Method.class) == Method.GET,
            settings.choice("format", Format.class) == Format.FORM,
            headers(settings)),
        caFile(settings, etc),
        new Calls.Bounds(
            settings.integer("timeoutMillis", 50, 60_000),
            settings.integer("concurrentMax", 1, 1_000),
            settings.integer("queueMax", 0, 1_000_000)),
        settings.integer("cacheSeconds", 0, 86_400),
        settings.integer("cacheMax", 1, 1_000_000),
        settings.integer("failuresMax", 1, 1_000),
        settings.integer("pauseMillis", 10, 600_000));
  }

  /** Whether passwords leave this machine as everybody can read them. */
  boolean isExposed() {
    String host = target.url().getHost();
    return !target.url().getScheme().equalsIgnoreCase("https")
        && !host.equalsIgnoreCase("localhost")
        && !isLoopbackLiteral(host);
  }

  private static boolean isLoopbackLiteral(String host) {
    if (!host.matches("[0-9.]+|\\[.*\\]")) {
      return false; // a name: not looked up here
    }
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (java.net.UnknownHostException e) {
      return false;
    }
  }

  private static URI url(Settings settings) {
    String text = settings.text("url");
    if (text.isEmpty()) {
      throw settings.error("url", "is not set; set http://host:port/path or https://…");
    }
    if (text.matches("[^/]*//[^/]*@.*")) { // not quoted: it may hold a password
      throw new SettingException(
          settings.pid(), "url", "…@…", "holds a user; set user and .password instead");
    }
    URI url;
    try {
      url = new URI(text);
    } catch (URISyntaxException e) {
      throw settings.error("url", "is not a URL: " + e.getReason());
    }
    String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
    if (!scheme.equals("http") && !scheme.equals("https") || url.getHost() == null) {
      throw settings.error("url", "is not a URL; set http://host:port/path or https://…");
    }
    if (url.getRawFragment() != null) {
      throw settings.error("url", "has a fragment, which no service gets to see");
    }
    return url;
  }

  private static List<Target.Header> headers(Settings settings) {
    List<Target.Header> headers = new ArrayList<>();
    add(settings, "headers", headers);
    add(settings, ".headers", headers);
    String user = settings.text("user");
    String password = settings.text(".password");
    String token = settings.text(".token");
    if (user.isEmpty() && !password.isEmpty()) {
      throw hidden(settings, ".password", "is set, but user is not");
    }
    if (!user.isEmpty() && !token.isEmpty()) {
      throw hidden(settings, ".token", "is set, and user too; set one of them");
    }
    if (user.contains(":")) {
      throw settings.error("user", "holds a colon, which Basic authentication cannot send");
    }
    if (!user.isEmpty()) {
      byte[] pair = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
      add(settings, "user", "Authorization", "Basic " + base64(pair), headers);
    } else if (!token.isEmpty()) {
      add(settings, ".token", "Authorization", "Bearer " + token, headers);
    }
    return headers;
  }

  private static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  private static void add(Settings settings, String key, List<Target.Header> into) {
    for (String each : settings.list(key)) {
      int colon = each.indexOf(':');
      if (colon < 1) {
        throw hidden(settings, key, "is not a list of 'Name: value'");
      }
      add(settings, key, each.substring(0, colon).trim(), each.substring(colon + 1).trim(), into);
    }
  }

  private static void add(
      Settings settings, String key, String name, String value, List<Target.Header> into) {
    try {
      HttpRequest.newBuilder().setHeader(name, value);
    } catch (IllegalArgumentException e) { // its text may quote the value
      throw hidden(settings, key, "has a header that cannot be sent: name or value not allowed");
    }
    if (into.stream().anyMatch(header -> header.name().equalsIgnoreCase(name))) {
      throw hidden(settings, key, "sets the header " + name + ", which is set already");
    }
    into.add(new Target.Header(name, value));
  }

  /** An error that does not show the value. */
  private static SettingException hidden(Settings settings, String key, String reason) {
    return new SettingException(settings.pid(), key, "(not shown)", reason);
  }

  private static @Nullable Path caFile(Settings settings, Path etc) {
    String text = settings.text("caFile");
    if (text.isEmpty()) {
      return null;
    }
    try {
      return etc.resolve(text).toAbsolutePath().normalize();
    } catch (InvalidPathException e) {
      throw settings.error("caFile", "is not a path: " + e.getReason());
    }
  }
}
