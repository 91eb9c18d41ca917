package io.fluxmqtt.api.events;

import io.fluxmqtt.api.message.ReasonCode;
import java.net.InetSocketAddress;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Something that happened in the broker. */
public interface BrokerEvent {
  /** When it happened. */
  Instant time();

  /**
   * A client was refused: to connect, to publish, to subscribe.
   *
   * @param clientId the Client Identifier, or null if it was not read yet
   * @param userName the user name it gave or was found to have, or null
   * @param listener the name of the listener
   * @param remoteAddress the client's address, or null where there is none
   * @param what what it wanted, such as {@code connect} or {@code publish a/b (QoS 1)}
   * @param reason what it was told, or would have been if MQTT had a way
   * @param by what refused it, such as a rule, an authenticator with its bundle, or a limit
   * @param epoch the number of the policy that was in force
   */
  record Refused(
      Instant time,
      @Nullable String clientId,
      @Nullable String userName,
      String listener,
      @Nullable InetSocketAddress remoteAddress,
      String what,
      ReasonCode reason,
      String by,
      long epoch)
      implements BrokerEvent {}

  /**
   * A new policy is in force, and all sessions have been judged by it.
   *
   * @param epoch its number
   * @param cause what changed, such as {@code authorizer acl (io.fluxmqtt.acl) changed its rules}
   * @param sessions how many sessions were judged
   * @param suspended how many subscriptions are no longer allowed that were before
   * @param resumed how many are allowed again
   * @param withheld how many queued messages are held back
   * @param millis how long it took, from the change to the last session
   */
  record PolicyChanged(
      Instant time,
      long epoch,
      String cause,
      int sessions,
      int suspended,
      int resumed,
      int withheld,
      long millis)
      implements BrokerEvent {}
}
