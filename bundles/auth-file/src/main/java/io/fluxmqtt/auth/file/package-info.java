/**
 * Knows the users of a password file in mosquitto's format.
 *
 * <p>{@link io.fluxmqtt.auth.file.FileAuthenticator} judges, {@link io.fluxmqtt.auth.file.UserFile}
 * keeps the users as the file has them, {@link io.fluxmqtt.auth.file.HashWorkers} do the slow work.
 */
@org.jspecify.annotations.NullMarked
package io.fluxmqtt.auth.file;
