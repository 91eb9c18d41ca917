/**
 * Logs clients in at a JAAS realm.
 *
 * <p>{@link io.fluxmqtt.auth.jaas.Realm} logs in and judges what comes of it, {@link
 * io.fluxmqtt.auth.jaas.LoginWorkers} give it threads and a deadline, since login modules block.
 */
@org.jspecify.annotations.NullMarked
package io.fluxmqtt.auth.jaas;
