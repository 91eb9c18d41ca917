package io.fluxmqtt.session.broker;

import io.fluxmqtt.api.spi.auth.Principal;
import java.util.List;
import java.util.Objects;

/**
 * The limits of the session manager. Sizes are in bytes, durations in seconds.
 *
 * @param keepAliveMaxSeconds cap on the keep alive of 5.0 clients; also what a client gets that
 *     asks for none; 0 for no cap
 * @param sessionExpiryMaxSeconds cap on the Session Expiry Interval; 4,294,967,295 for none
 * @param receiveMaximum QoS 1 and 2 messages that a client may have unacknowledged towards us
 * @param inFlightMax QoS 1 and 2 messages that we have unacknowledged towards a client
 * @param topicAliasMaximum aliases that a client may set; 0 for none
 * @param outgoingTopicAliasMaximum aliases that the broker sets on a connection; 0 for none
 * @param outgoingTopicAliasMinBytes the shortest topic that gets one, at least 4
 * @param queueMaxMessages waiting QoS 1 and 2 messages of one session
 * @param queueMaxBytes the same in bytes
 * @param spillMaxBytes the same where a queue spills, in place of both
 * @param queueTotalMaxMessages waiting messages of all sessions
 * @param queueTotalMaxBytes the same in bytes; 0 for as many as are free where the store is
 * @param qos0QueueMaxBytes waiting QoS 0 messages of one slow connection
 * @param mailboxMaxBytes messages on their way to one session; publishers pause above it
 * @param overflow what happens when a queue is full
 * @param disconnectDeniedPublish whether a 3.x client is disconnected when it publishes what it may
 *     not; else the message is acknowledged and dropped
 * @param disconnectRevoked whether a client is disconnected when a new policy takes a Subscription
 *     from it; else that is suspended
 * @param retainedOwnerCheck whether a Retained Message is withheld while its publisher, if it has a
 *     session, may not publish it
 * @param logConnections whether connects and disconnects are logged at INFO
 * @param ownership to whom a Client Identifier belongs while its session lasts
 * @param refusalsMax how many of the last refusals are remembered; 0 for none
 * @param durability how safe messages are to be before they are acknowledged
 * @param queueRules limits of queues for some clients and topics
 */
public record BrokerSettings(
    int keepAliveMaxSeconds,
    long sessionExpiryMaxSeconds,
    int receiveMaximum,
    int inFlightMax,
    int topicAliasMaximum,
    int outgoingTopicAliasMaximum,
    int outgoingTopicAliasMinBytes,
    int sessionsMax,
    int subscriptionsPerSessionMax,
    int queueMaxMessages,
    long queueMaxBytes,
    long spillMaxBytes,
    long queueTotalMaxMessages,
    long queueTotalMaxBytes,
    long qos0QueueMaxBytes,
    long mailboxMaxBytes,
    Overflow overflow,
    int retainedMaxMessages,
    long retainedMaxBytes,
    boolean disconnectDeniedPublish,
    boolean disconnectRevoked,
    boolean retainedOwnerCheck,
    boolean logConnections,
    Ownership ownership,
    int refusalsMax,
    DurabilityRules durability,
    List<QueueRule> queueRules) {
  /** Copies the rules. */
  public BrokerSettings {
    queueRules = List.copyOf(queueRules);
  }

  /** With other rules. */
  public BrokerSettings with(List<QueueRule> rules) {
    return new BrokerSettings(
        keepAliveMaxSeconds,
        sessionExpiryMaxSeconds,
        receiveMaximum,
        inFlightMax,
        topicAliasMaximum,
        outgoingTopicAliasMaximum,
        outgoingTopicAliasMinBytes,
        sessionsMax,
        subscriptionsPerSessionMax,
        queueMaxMessages,
        queueMaxBytes,
        spillMaxBytes,
        queueTotalMaxMessages,
        queueTotalMaxBytes,
        qos0QueueMaxBytes,
        mailboxMaxBytes,
        overflow,
        retainedMaxMessages,
        retainedMaxBytes,
        disconnectDeniedPublish,
        disconnectRevoked,
        retainedOwnerCheck,
        logConnections,
        ownership,
        refusalsMax,
        durability,
        rules);
  }

  /** To whom a Client Identifier belongs while its session lasts. */
  public enum Ownership {
    /**
     * To the user who made the session, as its authenticator named it; clients without a user name
     * count as one user.
     */
    USER,
    /** To whoever comes: any client that may connect takes the session over. */
    NONE;

    /** Whether one who is let in may have the session of another. */
    boolean allows(Principal who, Principal owner) {
      return this == NONE || Objects.equals(who.userName(), owner.userName());
    }
  }

  /** What happens to a message that finds a queue full. */
  public enum Overflow {
    /** The oldest waiting message makes room. */
    DROP_OLDEST,
    /** The new message is dropped. */
    DROP_NEWEST,
    /** The client is disconnected with 0x97; what waits stays, the new message is dropped. */
    DISCONNECT,
    /**
     * The queue goes on in the store up to a limit of its own; at that the new message is dropped,
     * and its publisher is told. What cannot wait in the store is dropped at the limits.
     */
    SPILL
  }
}
