package io.fluxmqtt.auth.jwt;

import io.fluxmqtt.api.spi.access.Access;
import io.fluxmqtt.api.spi.access.Authorizer;
import io.fluxmqtt.api.spi.access.Client;
import io.fluxmqtt.api.spi.access.Decision;
import io.fluxmqtt.api.spi.access.Ruling;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Decides by what the client's token said that it may do, which stands in the attributes of its
 * Principal. It abstains for clients of other authenticators.
 */
final class JwtAuthorizer implements Authorizer {
  /** Attributes of a Principal; no claim can set them, whose names begin with {@code jwt.}. */
  private static final String BY = "jwt-acl";

  private static final String PUBLISH = "jwt-acl.publish";
  private static final String SUBSCRIBE = "jwt-acl.subscribe";

  private final String name;
  private final Decision otherwise;

  /**
   * An authorizer.
   *
   * @param name whose tokens count
   * @param otherwise the decision on what a token does not allow
   */
  JwtAuthorizer(String name, Decision otherwise) {
    this.name = name;
    this.otherwise = otherwise;
  }

  /** What the authenticator of a name notes of a token, for the authorizer of that name. */
  static Map<String, List<String>> attributes(String name, AclClaim acl) {
    Map<String, List<String>> attributes = new TreeMap<>();
    attributes.put(BY, List.of(name));
    if (!acl.publish().isEmpty()) {
      attributes.put(PUBLISH, acl.publish());
    }
    if (!acl.subscribe().isEmpty()) {
      attributes.put(SUBSCRIBE, acl.subscribe());
    }
    return attributes;
  }

  @Override
  public Decision decide(Client client, Access access) {
    return explain(client, access).decision();
  }

  @Override
  public Ruling explain(Client client, Access access) {
    Map<String, List<String>> attributes = client.principal().attributes();
    if (!attributes.getOrDefault(BY, List.of()).contains(name)) {
      return new Ruling(Decision.ABSTAIN, null);
    }
    List<String> allowed;
    String asked;
    if (access instanceof Access.Publish publish) {
      allowed = attributes.getOrDefault(PUBLISH, List.of());
      asked = publish.topic();
    } else {
      allowed = attributes.getOrDefault(SUBSCRIBE, List.of());
      asked =
          access instanceof Access.Subscribe subscribe
              ? subscribe.filter().filter() // without any ShareName
              : ((Access.Receive) access).topic();
    }
    for (String filter : allowed) {
      if (AllowedFilter.covers(filter, asked, client)) {
        return new Ruling(Decision.ALLOW, "the token allows " + filter);
      }
    }
    return new Ruling(otherwise, "the token does not allow it");
  }
}
