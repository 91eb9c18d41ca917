package io.fluxmqtt.auth.jwt;

import io.fluxmqtt.api.spi.auth.Principal;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes a Principal of what a proven token says, if it says enough. Immutable; any thread. */
final class ClaimJudge {
  /**
   * What a token must say and what that means.
   *
   * @param name of the authenticator
   * @param issuers one of them, if there is any
   * @param audiences one of them, if there is any
   * @param requiresExpiry whether a token without an end is refused
   * @param clockSkew how wrong the clocks may be
   * @param userNameClaim where the user name stands
   * @param checkUserName whether the User Name of CONNECT, if there is one, must be that
   * @param groupsClaim where the groups stand, or empty
   * @param clientIdClaim where the only Client Identifier stands, or empty
   * @param attributeClaims what is passed on to authorizers
   * @param aclClaim where it stands what the client may do, or empty
   */
  record Rules(
      String name,
      Set<String> issuers,
      Set<String> audiences,
      boolean requiresExpiry,
      Duration clockSkew,
      String userNameClaim,
      boolean checkUserName,
      String groupsClaim,
      String clientIdClaim,
      List<String> attributeClaims,
      String aclClaim) {}

  private final Rules rules;
  private final InstantSource clock;

  ClaimJudge(Rules rules, InstantSource clock) {
    this.rules = rules;
    this.clock = clock;
  }

  /**
   * Judges a token.
   *
   * @param userName the User Name of CONNECT if it is one; null if there was none, or it is the
   *     token
   */
  Principal judge(Claims claims, @Nullable String userName) throws BadTokenException {
    Instant end = checkTimes(claims);
    checkOrigin(claims);
    String bearer = claims.name(rules.userNameClaim);
    if (bearer == null) {
      throw new BadTokenException("the token lacks the claim " + rules.userNameClaim);
    }
    if (rules.checkUserName && userName != null && !userName.equals(bearer)) {
      throw new BadTokenException("the client names another user than its token");
    }
    Set<String> groups =
        rules.groupsClaim.isEmpty() ? Set.of() : new HashSet<>(claims.words(rules.groupsClaim));
    return new Principal(bearer, groups, attributes(claims), clientId(claims), end);
  }

  /** When the token ends, with the skew that it is granted; null for never. */
  private @Nullable Instant checkTimes(Claims claims) throws BadTokenException {
    Instant now = clock.instant();
    Instant expiry = claims.time("exp");
    if (expiry == null && rules.requiresExpiry) {
      throw new BadTokenException("the token lacks the claim exp");
    }
    Instant end = expiry == null ? null : expiry.plus(rules.clockSkew);
    if (end != null && !now.isBefore(end)) {
      throw new BadTokenException("the token has expired");
    }
    for (String begin : List.of("nbf", "iat")) {
      Instant from = claims.time(begin);
      if (from != null && now.plus(rules.clockSkew).isBefore(from)) {
        throw new BadTokenException("the token is not valid yet (" + begin + ")");
      }
    }
    return end;
  }

  private void checkOrigin(Claims claims) throws BadTokenException {
    if (!rules.issuers.isEmpty() && !rules.issuers.contains(String.valueOf(claims.name("iss")))) {
      throw new BadTokenException("the token is of another issuer");
    }
    if (!rules.audiences.isEmpty()
        && claims.texts("aud").stream().noneMatch(rules.audiences::contains)) {
      throw new BadTokenException("the token is for another audience");
    }
  }

  private @Nullable String clientId(Claims claims) throws BadTokenException {
    if (rules.clientIdClaim.isEmpty()) {
      return null;
    }
    String only = claims.name(rules.clientIdClaim);
    if (only == null) {
      throw new BadTokenException("the token lacks the claim " + rules.clientIdClaim);
    }
    return only;
  }

  private Map<String, List<String>> attributes(Claims claims) throws BadTokenException {
    Map<String, List<String>> attributes = new HashMap<>();
    for (String claim : rules.attributeClaims) {
      List<String> values = claims.texts(claim);
      if (!values.isEmpty()) {
        attributes.put("jwt." + claim, values);
      }
    }
    if (!rules.aclClaim.isEmpty()) {
      attributes.putAll(JwtAuthorizer.attributes(rules.name, AclClaim.of(claims, rules.aclClaim)));
    }
    return attributes;
  }
}
