/**
 * Asks a web service who a client is.
 *
 * <p>{@link io.fluxmqtt.auth.http.HttpAuthenticator} is asked, {@link io.fluxmqtt.auth.http.Calls}
 * bounds how many questions are under way, {@link io.fluxmqtt.auth.http.WebService} puts them, and
 * {@link io.fluxmqtt.auth.http.AnswerReader} says what an answer means.
 */
@org.jspecify.annotations.NullMarked
package io.fluxmqtt.auth.http;
