package io.fluxmqtt.itests.blackbox;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.hivemq.client.mqtt.datatypes.MqttUtf8String;
import com.hivemq.client.mqtt.mqtt5.Mqtt5ClientConfig;
import com.hivemq.client.mqtt.mqtt5.auth.Mqtt5EnhancedAuthMechanism;
import com.hivemq.client.mqtt.mqtt5.message.auth.Mqtt5Auth;
import com.hivemq.client.mqtt.mqtt5.message.auth.Mqtt5AuthBuilder;
import com.hivemq.client.mqtt.mqtt5.message.auth.Mqtt5EnhancedAuthBuilder;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5Connect;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAck;
import com.hivemq.client.mqtt.mqtt5.message.disconnect.Mqtt5Disconnect;
import com.ongres.scram.client.ScramClient;
import com.ongres.scram.common.exception.ScramException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The client's side of SCRAM, for the HiveMQ client, by a library that the broker does not use. It
 * checks the server's signature, too.
 */
final class ScramMechanism implements Mqtt5EnhancedAuthMechanism {
  private final String method;
  private volatile String user;
  private volatile String password;
  private volatile ScramClient scram;

  /** How often the server was found to know the password as well. */
  final AtomicInteger served = new AtomicInteger();

  ScramMechanism(String method, String user, String password) {
    this.method = method;
    this.user = user;
    this.password = password;
  }

  /** Shows another user the next time. */
  void turnTo(String otherUser, String otherPassword) {
    user = otherUser;
    password = otherPassword;
  }

  @Override
  public MqttUtf8String getMethod() {
    return MqttUtf8String.of(method);
  }

  @Override
  public int getTimeout() {
    return 20;
  }

  @Override
  public CompletableFuture<Void> onAuth(
      Mqtt5ClientConfig config, Mqtt5Connect connect, Mqtt5EnhancedAuthBuilder auth) {
    auth.data(first());
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public CompletableFuture<Void> onReAuth(Mqtt5ClientConfig config, Mqtt5AuthBuilder auth) {
    auth.data(first());
    return CompletableFuture.completedFuture(null);
  }

  private byte[] first() {
    scram =
        ScramClient.builder()
            .advertisedMechanisms(List.of(method))
            .username(user)
            .password(password.toCharArray())
            .build();
    return scram.clientFirstMessage().toString().getBytes(UTF_8);
  }

  @Override
  public CompletableFuture<Boolean> onContinue(
      Mqtt5ClientConfig config, Mqtt5Auth auth, Mqtt5AuthBuilder answer) {
    try {
      scram.serverFirstMessage(text(auth.getData()));
    } catch (ScramException e) {
      return CompletableFuture.failedFuture(e);
    }
    answer.data(scram.clientFinalMessage().toString().getBytes(UTF_8));
    return CompletableFuture.completedFuture(true);
  }

  @Override
  public CompletableFuture<Boolean> onAuthSuccess(Mqtt5ClientConfig config, Mqtt5ConnAck connAck) {
    return verify(connAck.getEnhancedAuth().orElseThrow().getData());
  }

  @Override
  public CompletableFuture<Boolean> onReAuthSuccess(Mqtt5ClientConfig config, Mqtt5Auth auth) {
    return verify(auth.getData());
  }

  private CompletableFuture<Boolean> verify(Optional<ByteBuffer> data) {
    try {
      scram.serverFinalMessage(text(data));
    } catch (ScramException e) {
      return CompletableFuture.completedFuture(false);
    }
    served.incrementAndGet();
    return CompletableFuture.completedFuture(true);
  }

  private static String text(Optional<ByteBuffer> data) {
    return UTF_8.decode(data.orElseThrow()).toString();
  }

  @Override
  public void onAuthRejected(Mqtt5ClientConfig config, Mqtt5ConnAck connAck) {}

  @Override
  public void onReAuthRejected(Mqtt5ClientConfig config, Mqtt5Disconnect disconnect) {}

  @Override
  public void onAuthError(Mqtt5ClientConfig config, Throwable cause) {}

  @Override
  public void onReAuthError(Mqtt5ClientConfig config, Throwable cause) {}
}
