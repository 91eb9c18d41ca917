package io.fluxmqtt.session.broker;

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
 * @param queueTotalMaxBytes waiting messages of all sessions
 * @param qos0QueueMaxBytes waiting QoS 0 messages of one slow connection
 * @param mailboxMaxBytes messages on their way to one session; publishers pause above it
 * @param overflow what happens when a queue is full
 * @param disconnectDeniedPublish whether a 3.x client is disconnected when it publishes what it may
 *     not; else the message is acknowledged and dropped
 * @param logConnections whether connects and disconnects are logged at INFO
 * @param durability how safe messages are to be before they are acknowledged
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
    long queueTotalMaxBytes,
    long qos0QueueMaxBytes,
    long mailboxMaxBytes,
    Overflow overflow,
    int retainedMaxMessages,
    long retainedMaxBytes,
    boolean disconnectDeniedPublish,
    boolean logConnections,
    DurabilityRules durability) {
  /** What happens to a message that finds a queue full. */
  public enum Overflow {
    /** The oldest waiting message makes room. */
    DROP_OLDEST,
    /** The new message is dropped. */
    DROP_NEWEST,
    /** The client is disconnected with 0x97; what waits stays, the new message is dropped. */
    DISCONNECT
  }
}
