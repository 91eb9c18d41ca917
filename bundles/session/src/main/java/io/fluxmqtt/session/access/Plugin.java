package io.fluxmqtt.session.access;

/**
 * A registered policy service. Compared by identity: a changed registration is another plug-in.
 *
 * @param <S> the contract it serves
 */
public final class Plugin<S> {
  private final String name;
  private final String bundle;
  private final boolean anonymous;
  private final Comparable<Object> reference;
  private final S service;

  /**
   * A service as it is registered now.
   *
   * @param name the name by which configuration refers to it
   * @param bundle the symbolic name of the bundle that registered it
   * @param anonymous whether it may accept a client that shows no credential
   * @param reference identifies the registration; of two with one name the greater counts
   * @param service the service
   */
  public Plugin(
      String name, String bundle, boolean anonymous, Comparable<Object> reference, S service) {
    this.name = name;
    this.bundle = bundle;
    this.anonymous = anonymous;
    this.reference = reference;
    this.service = service;
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

  Comparable<Object> reference() {
    return reference;
  }

  S service() {
    return service;
  }
}
