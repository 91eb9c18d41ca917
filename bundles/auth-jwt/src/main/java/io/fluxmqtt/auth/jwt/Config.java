package io.fluxmqtt.auth.jwt;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The keys of a configuration. */
@ObjectClassDefinition(
    name = "Flux MQTT: JSON Web Tokens",
    description =
        "Accepts clients that show a JSON Web Token. Every change counts for new connections only.")
@interface Config {
  /** How the configuration of access refers to this authenticator. */
  @AttributeDefinition(
      name = "Name",
      description =
          "The name by which 'authenticators' in io.fluxmqtt.access refers to this one, and"
              + " 'authorizers' if aclClaim is set. Default: jwt. New connections only.")
  String name() default "jwt";

  /** Where clients put the token. */
  @AttributeDefinition(
      name = "Token in",
      description =
          "Where clients put the token: password or username. Default: password. New connections"
              + " only.")
  String tokenIn() default "password";

  /** Which algorithms count. */
  @AttributeDefinition(
      name = "Algorithms",
      description =
          "The algorithms that may have signed a token: HS, RS, PS or ES, with 256, 384, 512 or *"
              + " behind. A key serves only those of its kind. Default: all. New connections only.")
  String[] algorithms() default {"RS*", "PS*", "ES*", "HS*"};

  /** A file of keys. */
  @AttributeDefinition(
      name = "JWKS file",
      description =
          "A file with a JWK Set, also with secrets for HMAC. A relative path is taken from the"
              + " folder of the configuration. Default: none. A change, of the path or of the file:"
              + " new connections only.")
  String jwksFile() default "";

  /** A web service of keys. */
  @AttributeDefinition(
      name = "JWKS URL",
      description =
          "Where a web service publishes its JWK Set: https, or http on this machine. Default:"
              + " none. New connections only.")
  String jwksUrl() default "";

  /** How often the web service is asked. */
  @AttributeDefinition(
      name = "JWKS refresh (seconds)",
      description =
          "How often jwksUrl is asked without a cause, in seconds, 10 to 86400. Default: 300. New"
              + " connections only.")
  int jwksRefreshSeconds() default 300;

  /** How seldom the web service is asked. */
  @AttributeDefinition(
      name = "JWKS cool-down (seconds)",
      description =
          "The shortest time between two questions to jwksUrl, however many tokens name a key that"
              + " is not known, in seconds, 1 to 3600. Default: 10. New connections only.")
  int jwksCoolDownSeconds() default 10;

  /** How long the web service may take. */
  @AttributeDefinition(
      name = "JWKS timeout (seconds)",
      description =
          "How long an answer of jwksUrl may take, in seconds, 1 to 60. Default: 5. New connections"
              + " only.")
  int jwksTimeoutSeconds() default 5;

  /** A file of public keys. */
  @AttributeDefinition(
      name = "Public key file",
      description =
          "A file with public keys or certificates in PEM. Default: none. A change, of the path or"
              + " of the file: new connections only.")
  String publicKeyFile() default "";

  /** A file of a secret. */
  @AttributeDefinition(
      name = "Secret file",
      description =
          "A file with the secret for HMAC, at least 32 bytes; the end of line does not count."
              + " Default: none. A change, of the path or of the file: new connections only.")
  String secretFile() default "";

  /** How often the files are looked at. */
  @AttributeDefinition(
      name = "Poll interval (milliseconds)",
      description =
          "How often to look whether a file of keys has changed, in milliseconds, 50 to 60000; a"
              + " change counts after two to three of these. Default: 250. New connections only.")
  int pollMillis() default 250;

  /** Whose tokens count. */
  @AttributeDefinition(
      name = "Issuers",
      description =
          "The claim iss must be one of these; empty: anything. Default: empty. New connections"
              + " only.",
      required = false)
  String[] issuers() default {};

  /** For whom tokens are. */
  @AttributeDefinition(
      name = "Audiences",
      description =
          "The claim aud must hold one of these; empty: anything. Default: empty. New connections"
              + " only.",
      required = false)
  String[] audiences() default {};

  /** Whether tokens must end. */
  @AttributeDefinition(
      name = "Require expiry",
      description =
          "Whether a token without the claim exp is refused. A client is disconnected when its token"
              + " expires. Default: true. New connections only.")
  boolean requireExpiry() default true;

  /** How wrong the clocks may be. */
  @AttributeDefinition(
      name = "Clock skew (seconds)",
      description =
          "How far the issuer's clock may be from ours, in seconds, 0 to 600: exp counts so much"
              + " later, nbf and iat so much earlier. Default: 10. New connections only.")
  int clockSkewSeconds() default 10;

  /** Where the user name stands. */
  @AttributeDefinition(
      name = "User name claim",
      description =
          "The claim with the user name; a dot leads into an object. Default: sub. New connections"
              + " only.")
  String userNameClaim() default "sub";

  /** Whether CONNECT must agree. */
  @AttributeDefinition(
      name = "Check user name",
      description =
          "With tokenIn=password, whether a client that sends a User Name other than that of its"
              + " token is refused; else the token's counts. Default: true. New connections only.")
  boolean checkUserName() default true;

  /** Where the groups stand. */
  @AttributeDefinition(
      name = "Groups claim",
      description =
          "The claim with the groups, a list or a text with blanks between; a dot leads into an"
              + " object, such as realm_access.roles. Default: none. New connections only.")
  String groupsClaim() default "";

  /** Where the Client Identifier stands. */
  @AttributeDefinition(
      name = "Client id claim",
      description =
          "The claim with the only Client Identifier that the client may use; it is assigned where"
              + " the client sends none. Default: none. New connections only.")
  String clientIdClaim() default "";

  /** What authorizers see. */
  @AttributeDefinition(
      name = "Attribute claims",
      description =
          "Claims that rules can ask for, as attributes jwt.<claim>. Default: none. New connections"
              + " only.",
      required = false)
  String[] attributeClaims() default {};

  /** Where the rights stand. */
  @AttributeDefinition(
      name = "ACL claim",
      description =
          "The claim with what the client may do: an object with lists of Topic Filters, 'publish',"
              + " 'subscribe' and 'all', in which %c stands for the Client Identifier and %u for the"
              + " user name. 'authorizers' in io.fluxmqtt.access must then hold the name. Default:"
              + " none. New connections only.")
  String aclClaim() default "";

  /** What the rights do not allow. */
  @AttributeDefinition(
      name = "ACL otherwise",
      description =
          "What to say to all that the ACL claim does not allow: abstain, so that the next of"
              + " 'authorizers' decides, or deny. Default: abstain. Hot.")
  String aclOtherwise() default "abstain";

  /** How long a token may be. */
  @AttributeDefinition(
      name = "Token size (bytes)",
      description =
          "The longest token, in bytes, 256 to 65535; a longer one is refused unread. Default:"
              + " 16384. New connections only.")
  int tokenMaxBytes() default 16_384;

  /** How many threads verify. */
  @AttributeDefinition(
      name = "Threads",
      description =
          "How many tokens are verified at the same time, 1 to 256; 0: half the processors, at least"
              + " 1. Default: 0. New connections only.")
  int threads() default 0;

  /** How many clients may wait. */
  @AttributeDefinition(
      name = "Queue",
      description =
          "How many clients may wait for a thread, and as many for new keys, 0 to 1000000; more are"
              + " refused with 'server busy'. Default: 1024. New connections only.")
  int queueMax() default 1024;
}
