package io.fluxmqtt.session.wiring;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The keys of {@code io.fluxmqtt.session}. */
@ObjectClassDefinition(
    name = "Flux MQTT sessions",
    description = "Limits of sessions, queues and messages. Every change is live.")
@interface SessionConfig {
  @AttributeDefinition(
      name = "Keep alive cap",
      description =
          "Highest keep alive of MQTT 5.0 clients, and what a client gets that asks for none, in"
              + " seconds; 0 for no cap. 3.x clients keep their own. Change: new connections"
              + " only.",
      min = "0",
      max = "65535")
  int keepAliveMaxSeconds() default 0;

  @AttributeDefinition(
      name = "Session expiry cap",
      description =
          "Longest Session Expiry Interval in seconds; 4294967295 lets sessions never expire."
              + " Sessions of 3.x clients without clean session get it. Change: new connections"
              + " only.",
      min = "0",
      max = "4294967295")
  long sessionExpiryMaxSeconds() default 4_294_967_295L;

  @AttributeDefinition(
      name = "Receive Maximum",
      description =
          "QoS 1 and 2 messages that an MQTT 5.0 client may have unacknowledged towards the"
              + " broker. Change: new connections only.",
      min = "1",
      max = "65535")
  int receiveMaximum() default 1_000;

  @AttributeDefinition(
      name = "In-flight window",
      description =
          "QoS 1 and 2 messages that the broker has unacknowledged towards a client, if the"
              + " client's own Receive Maximum is not lower. Change: new connections only.",
      min = "1",
      max = "65535")
  int inFlightMax() default 1_000;

  @AttributeDefinition(
      name = "Topic Alias Maximum",
      description =
          "Topic Aliases that an MQTT 5.0 client may set on a connection; 0 for none. Change: new"
              + " connections only.",
      min = "0",
      max = "65535")
  int topicAliasMaximum() default 32;

  @AttributeDefinition(
      name = "Outgoing Topic Alias Maximum",
      description =
          "Topic Aliases that the broker sets on a connection of an MQTT 5.0 client that accepts"
              + " some, never more than the client says; 0 for none. Change: new connections"
              + " only.",
      min = "0",
      max = "65535")
  int outgoingTopicAliasMaximum() default 32;

  @AttributeDefinition(
      name = "Outgoing Topic Alias length",
      description =
          "Shortest topic that the broker sets a Topic Alias for, in bytes; an alias takes 3"
              + " itself. Change: new connections only.",
      min = "4",
      max = "65535")
  int outgoingTopicAliasMinBytes() default 4;

  @AttributeDefinition(
      name = "Sessions",
      description = "Sessions at most, connected or not; more are refused. Change: hot.",
      min = "1",
      max = "10000000")
  int sessionsMax() default 100_000;

  @AttributeDefinition(
      name = "Subscriptions of a session",
      description = "Subscriptions of one session at most; more are refused. Change: hot.",
      min = "1",
      max = "10000000")
  int subscriptionsPerSessionMax() default 10_000;

  @AttributeDefinition(
      name = "Queue length",
      description =
          "QoS 1 and 2 messages that may wait for one session; for those of some clients or topics"
              + " see io.fluxmqtt.queue. Queues above a lower limit are brought down to it where"
              + " the oldest are dropped. Change: hot.",
      min = "1",
      max = "10000000")
  int queueMaxMessages() default 10_000;

  @AttributeDefinition(
      name = "Queue bytes",
      description = "Bytes of messages that may wait for one session, likewise. Change: hot.",
      min = "1024",
      max = "1099511627776")
  long queueMaxBytes() default 8_388_608;

  @AttributeDefinition(
      name = "Bytes on disk of a queue that spills",
      description =
          "Bytes of messages that may wait in the store for one session whose overflow is spill,"
              + " in place of the two limits above. Change: hot.",
      min = "1024",
      max = "1099511627776")
  long spillMaxBytes() default 268_435_456;

  @AttributeDefinition(
      name = "Messages in all queues",
      description =
          "Messages that may wait for all sessions together, since each takes a few bytes of the"
              + " heap also while it is on disk; 0 for one for every 16 bytes of the JVM's heap."
              + " More are dropped. Change: hot.",
      min = "0",
      max = "10000000000")
  long queueTotalMaxMessages() default 0;

  @AttributeDefinition(
      name = "Bytes of all queues",
      description =
          "Bytes of messages that may wait for all sessions together; 0 for as many as are still"
              + " free on the disk of the store, so that queues leave half of the room, or for a"
              + " quarter of the JVM's heap if the store is there. What cannot wait in the store"
              + " never takes more than a quarter of the heap. More are dropped. Change: hot.",
      min = "0",
      max = "1099511627776")
  long queueTotalMaxBytes() default 0;

  @AttributeDefinition(
      name = "QoS 0 bytes of a slow connection",
      description =
          "Bytes of QoS 0 messages that may wait for one connection that takes too little;"
              + " more are dropped. Change: hot.",
      min = "0",
      max = "1099511627776")
  long qos0QueueMaxBytes() default 1_048_576;

  @AttributeDefinition(
      name = "Mailbox bytes",
      description =
          "Bytes of messages on their way to one session, above which its publishers pause until"
              + " it has taken them. Change: hot.",
      min = "1024",
      max = "1099511627776")
  long mailboxMaxBytes() default 4_194_304;

  @AttributeDefinition(
      name = "Queue overflow",
      description =
          "What happens when a session's queue is full: drop-oldest, drop-newest, disconnect, or"
              + " spill: go on in the store up to spillMaxBytes, then drop-newest; what cannot wait"
              + " in the store is dropped at queueMaxMessages and queueMaxBytes. Publishers of"
              + " QoS 1 and 2 are told 0x97 where nobody could keep a message, unless the oldest"
              + " makes room. Change: hot.")
  String overflow() default "drop-oldest";

  @AttributeDefinition(
      name = "Retained messages",
      description = "Retained Messages at most. Change: hot.",
      min = "0",
      max = "100000000")
  int retainedMaxMessages() default 1_000_000;

  @AttributeDefinition(
      name = "Retained bytes",
      description =
          "Bytes of Retained Messages at most; 0 for a quarter of the JVM's heap if the store keeps"
              + " them there, else for no limit. Change: hot.",
      min = "0",
      max = "1099511627776")
  long retainedMaxBytes() default 0;

  @AttributeDefinition(
      name = "Disconnect for a denied publish",
      description =
          "Whether a 3.x client is disconnected when it publishes what it may not; else the"
              + " message is acknowledged and dropped. 5.0 clients are told 0x87. Change: hot.")
  boolean disconnectDeniedPublish() default false;

  @AttributeDefinition(
      name = "Disconnect for a revoked subscription",
      description =
          "Whether a client is disconnected (5.0: with 0x87) when a new policy takes a subscription"
              + " from it; else that is suspended until it is allowed again. Change: hot.")
  boolean disconnectRevoked() default false;

  @AttributeDefinition(
      name = "Check the owners of retained messages",
      description =
          "Whether a Retained Message is withheld while the client that published it may not do so"
              + " any more; known of clients that have a session. Change: hot.")
  boolean retainedOwnerCheck() default true;

  @AttributeDefinition(
      name = "Log connections",
      description = "Whether connects and disconnects are logged at INFO. Change: hot.")
  boolean logConnections() default false;

  @AttributeDefinition(
      name = "Session ownership",
      description =
          "Whether a Client Identifier belongs to the user who made its session: user refuses other"
              + " users who come with it (0x87; 3.x: 5), and the session goes on as if nobody had;"
              + " clients without a user name count as one user. none lets whoever may connect take"
              + " any session over. A session whose user goes by another name now is freed by"
              + " mqtt:session-purge. Change: hot.")
  String sessionOwnership() default "user";

  @AttributeDefinition(
      name = "Refusals remembered",
      description =
          "How many of the last refusals mqtt:refusals can show, each at most about 1 KB; 0 for"
              + " none. Change: hot.",
      min = "0",
      max = "10000")
  int refusalsMax() default 200;

  @AttributeDefinition(
      name = "Topics that are synced",
      description =
          "Topic Filters of messages that are acknowledged when they are safe from a power cut, as"
              + " all are that no filter of these three lists matches. Of those that match the most"
              + " specific counts: at the first level that differs, a name before + before #."
              + " Change: hot.")
  String[] syncTopics() default {};

  @AttributeDefinition(
      name = "Topics that are synced at intervals",
      description =
          "Topic Filters of messages that are acknowledged at once, written at once, and synced"
              + " within syncIntervalMillis. Change: hot.")
  String[] intervalTopics() default {};

  @AttributeDefinition(
      name = "Topics that are kept in memory",
      description =
          "Topic Filters of messages that are acknowledged at once, written only if they are still"
              + " needed after syncIntervalMillis, and not synced for themselves. Change: hot.")
  String[] memoryTopics() default {};

  @AttributeDefinition(
      name = "Sync interval",
      description =
          "How long a message of intervalTopics may wait for its sync, and one of memoryTopics to be"
              + " written, in milliseconds: what a crash costs at most. Change: hot.",
      min = "1",
      max = "60000")
  int syncIntervalMillis() default 1_000;
}
