package io.fluxmqtt.itests.blackbox.clients;

/** What a scenario may ask of a client that not all of them can do. */
enum Ability {
  /** Lets the application choose a Subscription Identifier, and hands it out with messages. */
  SUBSCRIPTION_IDENTIFIER,
  /** Knows a topic by the alias that the broker gave it. */
  TOPIC_ALIAS
}
