package io.fluxmqtt.auth.jwt;

import com.nimbusds.jose.JWSAlgorithm;
import io.fluxmqtt.api.config.Settings;
import io.fluxmqtt.api.spi.access.Decision;
import java.net.URI;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One configuration, checked. */
record Options(
    String name,
    Keys keys,
    JwtAuthenticator.Intake intake,
    ClaimJudge.Rules rules,
    Decision aclOtherwise,
    int threads,
    int queueMax) {
  private static final Set<JWSAlgorithm> KNOWN =
      Set.of(
          JWSAlgorithm.HS256,
          JWSAlgorithm.HS384,
          JWSAlgorithm.HS512,
          JWSAlgorithm.RS256,
          JWSAlgorithm.RS384,
          JWSAlgorithm.RS512,
          JWSAlgorithm.PS256,
          JWSAlgorithm.PS384,
          JWSAlgorithm.PS512,
          JWSAlgorithm.ES256,
          JWSAlgorithm.ES384,
          JWSAlgorithm.ES512);

  /** Where keys come from; null where they do not. */
  record Keys(
      @Nullable Path jwksFile,
      UrlKeys.@Nullable Terms jwksUrl,
      @Nullable Path publicKeyFile,
      @Nullable Path secretFile,
      int pollMillis) {}

  private enum Otherwise {
    ABSTAIN,
    DENY
  }

  /**
   * Reads a configuration.
   *
   * @param etc where relative paths begin
   */
  static Options of(Settings settings, Path etc) {
    String name = named(settings, "name");
    JwtAuthenticator.Place place = settings.choice("tokenIn", JwtAuthenticator.Place.class);
    int threads = settings.integer("threads", 0, 256);
    int queueMax = settings.integer("queueMax", 0, 1_000_000);
    return new Options(
        name,
        keys(settings, etc),
        new JwtAuthenticator.Intake(
            place, settings.integer("tokenMaxBytes", 256, 65_535), algorithms(settings), queueMax),
        new ClaimJudge.Rules(
            name,
            Set.copyOf(settings.list("issuers")),
            Set.copyOf(settings.list("audiences")),
            settings.flag("requireExpiry"),
            Duration.ofSeconds(settings.integer("clockSkewSeconds", 0, 600)),
            named(settings, "userNameClaim"),
            settings.flag("checkUserName"),
            settings.text("groupsClaim"),
            settings.text("clientIdClaim"),
            List.copyOf(new HashSet<>(settings.list("attributeClaims"))),
            settings.text("aclClaim")),
        Decision.valueOf(settings.choice("aclOtherwise", Otherwise.class).name()),
        threads > 0 ? threads : Math.max(1, Runtime.getRuntime().availableProcessors() / 2),
        queueMax);
  }

  private static Keys keys(Settings settings, Path etc) {
    Keys keys =
        new Keys(
            path(settings, "jwksFile", etc),
            url(settings),
            path(settings, "publicKeyFile", etc),
            path(settings, "secretFile", etc),
            settings.integer("pollMillis", 50, 60_000));
    if (Stream.of(keys.jwksFile != null, keys.jwksUrl != null, keys.publicKeyFile != null)
            .noneMatch(Boolean::booleanValue)
        && keys.secretFile == null) {
      throw settings.error(
          "jwksFile", "is empty, as are jwksUrl, publicKeyFile and secretFile; set one of them");
    }
    return keys;
  }

  private static UrlKeys.@Nullable Terms url(Settings settings) {
    int refresh = settings.integer("jwksRefreshSeconds", 10, 86_400);
    int coolDown = settings.integer("jwksCoolDownSeconds", 1, 3_600);
    int timeout = settings.integer("jwksTimeoutSeconds", 1, 60);
    String text = settings.text("jwksUrl");
    if (text.isEmpty()) {
      return null;
    }
    URI url;
    try {
      url = URI.create(text);
    } catch (IllegalArgumentException e) {
      throw settings.error("jwksUrl", "is not a URL");
    }
    boolean isPlain = "http".equalsIgnoreCase(url.getScheme());
    if (url.getHost() == null || !(isPlain || "https".equalsIgnoreCase(url.getScheme()))) {
      throw settings.error("jwksUrl", "is not a URL of http or https with a host");
    }
    if (isPlain && !List.of("localhost", "127.0.0.1", "[::1]").contains(url.getHost())) {
      throw settings.error(
          "jwksUrl", "would be asked without TLS, so anybody between could name keys; use https");
    }
    if (url.getUserInfo() != null) {
      throw settings.error("jwksUrl", "holds a password, which would be logged; leave it out");
    }
    return new UrlKeys.Terms(
        url,
        Duration.ofSeconds(refresh),
        Duration.ofSeconds(coolDown),
        Duration.ofSeconds(timeout));
  }

  private static Set<JWSAlgorithm> algorithms(Settings settings) {
    List<String> names = settings.list("algorithms");
    Set<JWSAlgorithm> algorithms = new HashSet<>();
    for (String name : names) {
      Predicate<JWSAlgorithm> isMeant =
          name.endsWith("*")
              ? each -> each.getName().startsWith(name.substring(0, name.length() - 1))
              : each -> each.getName().equals(name);
      List<JWSAlgorithm> meant = KNOWN.stream().filter(isMeant).toList();
      if (meant.isEmpty() || name.length() < 3) {
        throw settings.error(
            "algorithms", "names none of HS, RS, PS or ES with 256, 384, 512 or * behind");
      }
      algorithms.addAll(meant);
    }
    if (algorithms.isEmpty()) {
      throw settings.error("algorithms", "is empty");
    }
    return Set.copyOf(algorithms);
  }

  private static String named(Settings settings, String key) {
    String text = settings.text(key);
    if (text.isEmpty()) {
      throw settings.error(key, "is empty");
    }
    return text;
  }

  private static @Nullable Path path(Settings settings, String key, Path etc) {
    String text = settings.text(key);
    if (text.isEmpty()) {
      return null;
    }
    try {
      return etc.resolve(text).toAbsolutePath().normalize();
    } catch (InvalidPathException e) {
      throw settings.error(key, "is not a path: " + e.getReason());
    }
  }
}
