package io.fluxmqtt.session.access;

import org.jspecify.annotations.Nullable;

/**
 * A registered policy service. Compared by identity: a changed registration is another plug-in.
 *
 * @param <S> the contract it serves
 */
public final class Plugin<S> {
  private final String name;
  private final String bundle;
  private final boolean anonymous;
  private final @Nullable String method;
  private final boolean lasting;
  private final boolean receives;
  private final Comparable<Object> reference;
  private final S service;

  /**
   * A service as it is registered now, without an Authentication Method.
   *
   * @param name the name by which configuration refers to it
   * @param bundle the symbolic name of the bundle that registered it
   * @param anonymous whether it may accept a client that shows no credential
   * @param reference identifies the registration; of two with one name the greater counts
   * @param service the service
   */
  public Plugin(
      String name, String bundle, boolean anonymous, Comparable<Object> reference, S service) {
    this(name, bundle, anonymous, null, reference, service);
  }

  /** As above, with the Authentication Method that it offers. */
  public Plugin(
      String name,
      String bundle,
      boolean anonymous,
      @Nullable String method,
      Comparable<Object> reference,
      S service) {
    this(name, bundle, anonymous, method, false, false, reference, service);
  }

  private Plugin(
      String name,
      String bundle,
      boolean anonymous,
      @Nullable String method,
      boolean lasting,
      boolean receives,
      Comparable<Object> reference,
      S service) {
    this.name = name;
    this.bundle = bundle;
    this.anonymous = anonymous;
    this.method = method;
    this.lasting = lasting;
    this.receives = receives;
    this.reference = reference;
    this.service = service;
  }

  /**
   * The same service, which has promised that its answers to a question do not change while it is
   * registered as it is now.
   */
  public Plugin<S> lasting() {
    return new Plugin<>(name, bundle, anonymous, method, true, receives, reference, service);
  }

  /** The same service, which wants to be asked about each message that a client is to receive. */
  public Plugin<S> receiving() {
    return new Plugin<>(name, bundle, anonymous, method, lasting, true, reference, service);
  }

  String name() {
    return name;
  }

  String bundle() {
    return bundle;
  }

  boolean anonymous() {
    return anonymous;
  }

  @Nullable String method() {
    return method;
  }

  boolean isLasting() {
    return lasting;
  }

  boolean asksReceive() {
    return receives;
  }

  Comparable<Object> reference() {
    return reference;
  }

  S service() {
    return service;
  }
}
