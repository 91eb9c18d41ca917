package io.fluxmqtt.session;

/**
 * What is asked of the messages that clients of a listener publish.
 *
 * @param receiveMaximum whether more unacknowledged messages than the Receive Maximum end the
 *     connection; else they are warned of and wait
 * @param payloadFormat whether a payload that its Payload Format Indicator calls UTF-8 must be that
 */
public record Checks(boolean receiveMaximum, boolean payloadFormat) {
  /** As MQTT 5.0 demands; it leaves the payload format to the broker. */
  public static final Checks STANDARD = new Checks(true, false);
}
