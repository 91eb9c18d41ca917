package io.fluxmqtt.api.spi.access;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Decides what a client may do. Registered as a service with the property {@link #NAME}; only names
 * listed under {@code authorizers} in the configuration {@code io.fluxmqtt.access} are asked, in
 * that order, until one does not abstain.
 */
@ConsumerType
public interface Authorizer {
  /** Service property: the name by which configuration refers to this service. String, required. */
  String NAME = "mqtt.authorizer.name";

  /**
   * Service property: changes whenever the same question may get another answer, such as a counter
   * of rule sets; the Subscriptions of all sessions are then judged anew. Any type, optional.
   *
   * <p>It is a promise: until it changes, the same client gets the same answer to the same access.
   * Answers about PUBLISH of a service that has it and is called {@code inline} are therefore kept
   * for the connection until the policy changes, and the question is not asked again. Put the new
   * rules in force first, then change the property. An authorizer whose answers depend on anything
   * else, such as the time of day, must not set it, and is asked every time.
   */
  String REVISION = "mqtt.authorizer.revision";

  /**
   * Service property: whether some answers about {@link Access.Receive} may be others than those
   * about the Subscription that a message comes through. Boolean, optional, default false.
   *
   * <p>If any authorizer that counts has it, all are asked about each message before it is sent, in
   * the usual order, so all of them must then allow what is theirs to allow; if none has it, a
   * Subscription that was granted is enough. An answer counts for a client and a topic until the
   * policy changes, or without {@link #REVISION} for a second. While an authorizer that has it is
   * away, or one that is not inline thinks, messages wait; what is denied is dropped and counted.
   */
  String RECEIVE = "mqtt.authorizer.receive";

  /**
   * Decides one access.
   *
   * <p>Called for every PUBLISH, save where {@link #REVISION} spares it, for every SUBSCRIBE, and
   * where {@link #RECEIVE} says so for messages, concurrently, from many threads. Bundles listed as
   * {@code inline} in {@code io.fluxmqtt.access} are called on event loops and must answer from
   * memory; all others are called on a thread kept for their bundle, with a deadline. A throw, a
   * null or a missed deadline denies.
   */
  Decision decide(Client client, Access access);

  /**
   * As {@link #decide}, with the reason. Called where an operator asks, and when a refusal is
   * noted; on the same threads, with the same deadline.
   */
  default Ruling explain(Client client, Access access) {
    return new Ruling(decide(client, access), null);
  }
}
