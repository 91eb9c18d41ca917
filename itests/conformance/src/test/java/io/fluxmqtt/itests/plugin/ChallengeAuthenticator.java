package io.fluxmqtt.itests.plugin;

import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.spi.auth.Credentials;
import io.fluxmqtt.api.spi.auth.EnhancedAuthenticator;
import io.fluxmqtt.api.spi.auth.Exchange;
import io.fluxmqtt.api.spi.auth.ExchangeStep;
import io.fluxmqtt.api.spi.auth.Principal;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Hashtable;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

/**
 * An enhanced authenticator that works much like SCRAM. The client says its name and hears a nonce;
 * it says the nonce's HMAC under its password and hears that of the HMAC; it says {@code ok} and is
 * in.
 */
public final class ChallengeAuthenticator implements BundleActivator, EnhancedAuthenticator {
  public static final String NAME = "challenge";
  public static final String METHOD = "CHALLENGE-3";
  public static final String BUNDLE = "io.fluxmqtt.itests.plugin.challenge";

  private static final Map<String, String> PASSWORDS = Map.of("ann", "of ann", "bob", "of bob");

  @Override
  public void start(BundleContext context) {
    Hashtable<String, Object> properties = new Hashtable<>();
    properties.put(EnhancedAuthenticator.NAME, NAME);
    properties.put(EnhancedAuthenticator.METHOD, METHOD);
    context.registerService(EnhancedAuthenticator.class, this, properties);
  }

  @Override
  public void stop(BundleContext context) {}

  @Override
  public Exchange begin(Credentials credentials) {
    return new Challenge();
  }

  /** What whoever knows the password makes of a text. */
  public static byte[] proof(String password, byte[] text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(password.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      return mac.doFinal(text);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static final class Challenge implements Exchange {
    private String user = "";
    private byte[] nonce = {};
    private byte[] proof = {};

    @Override
    public CompletionStage<ExchangeStep> next(Payload data) {
      // As one that asks a server elsewhere: the answer comes on another thread.
      return CompletableFuture.supplyAsync(() -> answer(data));
    }

    private ExchangeStep answer(Payload data) {
      if (data == null) {
        return new ExchangeStep.Rejected(ReasonCode.NOT_AUTHORIZED);
      } else if (user.isEmpty()) {
        user = data.toUtf8();
        nonce = UUID.randomUUID().toString().getBytes(StandardCharsets.UTF_8);
        return new ExchangeStep.Continue(Payload.copyOf(nonce));
      } else if (proof.length == 0) {
        String password = PASSWORDS.get(user);
        if (password == null
            || !MessageDigest.isEqual(proof(password, nonce), data.toByteArray())) {
          return new ExchangeStep.Rejected(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
        }
        proof = data.toByteArray();
        return new ExchangeStep.Continue(Payload.copyOf(proof(password, proof)));
      }
      return data.toUtf8().equals("ok")
          ? new ExchangeStep.Accepted(Principal.user(user), Payload.ofUtf8("welcome " + user))
          : new ExchangeStep.Rejected(ReasonCode.NOT_AUTHORIZED);
    }
  }
}
