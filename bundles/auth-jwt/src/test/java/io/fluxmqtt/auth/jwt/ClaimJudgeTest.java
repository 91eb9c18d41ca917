package io.fluxmqtt.auth.jwt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.nimbusds.jose.util.JSONObjectUtils;
import io.fluxmqtt.api.config.Settings;
import io.fluxmqtt.api.spi.auth.Principal;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ClaimJudgeTest {
  private static final long NOW = 1_900_000_000;

  private final Map<String, Object> settings =
      new HashMap<>(Map.of("jwksFile", "keys", "requireExpiry", false));

  @Test
  void expiredTokenIsRefusedAfterTheSkew() throws Exception {
    settings.put("requireExpiry", true);
    assertEquals("the token lacks the claim exp", refused("{'sub':'a'}"));
    assertEquals("the token lacks the claim exp", refused("{'sub':'a','exp':null}"));
    assertEquals("the token has expired", refused(at("exp", NOW - 10)));
    assertEquals(Instant.ofEpochSecond(NOW + 1), judge(at("exp", NOW - 9)).validUntil());
    settings.put("clockSkewSeconds", "0");
    assertEquals("the token has expired", refused(at("exp", NOW)));
    judge(at("exp", NOW + 1));
  }

  @Test
  void tokenOfTheFutureIsRefusedUpToTheSkew() throws Exception {
    for (String claim : List.of("nbf", "iat")) {
      assertEquals(
          "the token is not valid yet (" + claim + ")", refused(at(claim, NOW + 11)), claim);
      judge(at(claim, NOW + 10));
      judge(at(claim, 0));
    }
  }

  @Test
  void timesAreNumbers() throws Exception {
    for (String bad : List.of("'1999999999'", "true", "[1]", "{}", "-1", "-1e300")) {
      refused("{'sub':'a','exp':" + bad + "}");
      refused("{'sub':'a','nbf':" + bad + "}");
    }
    assertEquals(
        Instant.ofEpochSecond(NOW + 15), judge("{'sub':'a','exp':1.900000005e9}").validUntil());
    assertEquals(
        Instant.parse("9999-12-31T23:59:59Z").plusSeconds(10),
        judge("{'sub':'a','exp':1e300}").validUntil());
  }

  @Test
  void issuerMustBeOneOfThose() throws Exception {
    judge("{'sub':'a','iss':'x'}");
    settings.put("issuers", "one,two");
    judge("{'sub':'a','iss':'two'}");
    for (String bad : List.of("", ",'iss':'x'", ",'iss':['one']", ",'iss':''", ",'iss':null")) {
      refused("{'sub':'a'" + bad + "}");
    }
    settings.put("issuers", "null");
    assertEquals("the token is of another issuer", refused("{'sub':'a','iss':'x'}"));
  }

  @Test
  void audienceMustHoldOneOfThose() throws Exception {
    settings.put("audiences", new String[] {"mqtt", "iot"});
    judge("{'sub':'a','aud':'mqtt'}");
    judge("{'sub':'a','aud':['web','iot']}");
    for (String bad : List.of("", ",'aud':'web'", ",'aud':[]", ",'aud':'mqtt iot'")) {
      assertEquals("the token is for another audience", refused("{'sub':'a'" + bad + "}"));
    }
    refused("{'sub':'a','aud':{'mqtt':1}}");
  }

  @Test
  void userNameComesFromTheClaim() throws Exception {
    assertEquals("a", judge("{'sub':'a'}").userName());
    for (String bad : List.of("{}", "{'sub':''}", "{'sub':1}", "{'sub':['a']}", "{'sub':null}")) {
      refused(bad);
    }
    refused("{'sub':'a\\u0000b'}");
    refused("{'sub':'a\\ud800b'}");
    assertEquals("\ud83d\ude00", judge("{'sub':'\\ud83d\\ude00'}").userName());
    settings.put("userNameClaim", "user.name");
    assertEquals("b", judge("{'sub':'a','user':{'name':'b'}}").userName());
    assertEquals("c", judge("{'user.name':'c','user':{'name':'b'}}").userName());
    refused("{'sub':'a','user':'b'}");
  }

  @Test
  void clientThatNamesAnotherUserIsRefused() throws Exception {
    assertEquals("a", judge("{'sub':'a'}", "a").userName());
    assertEquals(
        "the client names another user than its token",
        assertThrows(BadTokenException.class, () -> judge("{'sub':'a'}", "b")).why());
    assertThrows(BadTokenException.class, () -> judge("{'sub':'a'}", ""));
    assertThrows(BadTokenException.class, () -> judge("{'sub':'a'}", "A"));
    settings.put("checkUserName", "false");
    assertEquals("a", judge("{'sub':'a'}", "b").userName());
  }

  @Test
  void groupsAreAListOrWords() throws Exception {
    assertEquals(Set.of(), judge("{'sub':'a','groups':['x']}").groups());
    settings.put("groupsClaim", "groups");
    assertEquals(Set.of(), judge("{'sub':'a'}").groups());
    assertEquals(Set.of("x", "y z"), judge("{'sub':'a','groups':['x','y z','x']}").groups());
    assertEquals(Set.of("x", "y"), judge("{'sub':'a','groups':' x  y '}").groups());
    assertEquals(Set.of(), judge("{'sub':'a','groups':''}").groups());
    refused("{'sub':'a','groups':['x',{}]}");
    refused("{'sub':'a','groups':['x','']}");
    refused("{'sub':'a','groups':{'x':1}}");
    settings.put("groupsClaim", "realm_access.roles");
    assertEquals(Set.of("x"), judge("{'sub':'a','realm_access':{'roles':['x']}}").groups());
    assertEquals(Set.of(), judge("{'sub':'a','realm_access':['roles']}").groups());
  }

  @Test
  void valuesAreNotTooMany() throws Exception {
    settings.put("groupsClaim", "g");
    assertEquals(1, judge("{'sub':'a','g':[" + "'x',".repeat(255) + "'x']}").groups().size());
    refused("{'sub':'a','g':[" + "'x',".repeat(256) + "'x']}");
    refused("{'sub':'a','g':'" + "x ".repeat(257) + "'}");
  }

  @Test
  void clientIdBinds() throws Exception {
    assertNull(judge("{'sub':'a','cid':'c'}").clientId());
    settings.put("clientIdClaim", "cid");
    assertEquals("c", judge("{'sub':'a','cid':'c'}").clientId());
    refused("{'sub':'a'}");
    refused("{'sub':'a','cid':''}");
    refused("{'sub':'a','cid':7}");
  }

  @Test
  void chosenClaimsBecomeAttributes() throws Exception {
    settings.put("attributeClaims", "site, level, on, half, far.off, list, none");
    Map<String, List<String>> attributes =
        judge(
                "{'sub':'a','site':'s','level':7,'on':true,'half':1.50,"
                    + "'far':{'off':'f'},'list':['1',2],'none':null,'secret':'x'}")
            .attributes();
    assertEquals(
        Map.of(
            "jwt.site", List.of("s"),
            "jwt.level", List.of("7"),
            "jwt.on", List.of("true"),
            "jwt.half", List.of("1.5"),
            "jwt.far.off", List.of("f"),
            "jwt.list", List.of("1", "2")),
        attributes);
    refused("{'sub':'a','site':{'x':1}}");
    refused("{'sub':'a','site':[['x']]}");
    refused("{'sub':'a','site':[null]}");
  }

  @Test
  void rightsAreNotedForTheAuthorizerOnly() throws Exception {
    settings.put("attributeClaims", "acl");
    refused("{'sub':'a','acl':{'pub':['t']}}");
    settings.put("attributeClaims", "");
    assertEquals(Map.of(), judge("{'sub':'a','acl':{'pub':['t']}}").attributes());
    settings.put("aclClaim", "acl");
    assertFalse(judge("{'sub':'a'}").attributes().isEmpty(), "nothing is allowed, by its token");
    for (String bad :
        List.of(
            "['t']",
            "'t'",
            "{'publish':['a/#/b']}",
            "{'publish':['']}",
            "{'publish':[1,{}]}",
            "{'publish':['$share/g/t']}",
            "{'publish':['%x']}",
            "{'publish':['a%']}",
            "{'publish':null}",
            "{'deny':['t']}",
            "{'sub':['t'],'deny':['t']}")) {
      refused("{'sub':'a','acl':" + bad + "}");
    }
  }

  private static String at(String claim, long seconds) {
    return "{'sub':'a','%s':%d%s}"
        .formatted(claim, seconds, claim.equals("exp") ? "" : ",'exp':" + (NOW + 60));
  }

  private String refused(String claims) {
    return assertThrows(BadTokenException.class, () -> judge(claims), claims).why();
  }

  private Principal judge(String claims) throws BadTokenException {
    return judge(claims, null);
  }

  private Principal judge(String claims, @Nullable String userName) throws BadTokenException {
    try {
      Claims read = new Claims(JSONObjectUtils.parse(claims.replace('\'', '"')));
      Options options =
          Options.of(new Settings(JwtComponent.PID, settings, Config.class), Path.of(""));
      return new ClaimJudge(options.rules(), () -> Instant.ofEpochSecond(NOW))
          .judge(read, userName);
    } catch (ParseException e) {
      throw new IllegalArgumentException(claims, e);
    }
  }
}
