package io.fluxmqtt.acl;

/** What a rule is about. */
enum Action {
  PUBLISH,
  /** To subscribe; a rule about it is always about receiving too. */
  SUBSCRIBE,
  /** To be sent a message, whatever the Subscription that it comes through. */
  RECEIVE
}
