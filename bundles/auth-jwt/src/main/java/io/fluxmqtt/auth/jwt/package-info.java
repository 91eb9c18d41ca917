/**
 * Knows clients by the JSON Web Token that they show (RFC 7519).
 *
 * <p>{@link io.fluxmqtt.auth.jwt.JwtAuthenticator} finds the token and lets a worker judge it:
 * {@link io.fluxmqtt.auth.jwt.TokenVerifier} proves by a {@link io.fluxmqtt.auth.jwt.KeyRing} that
 * an issuer wrote it, {@link io.fluxmqtt.auth.jwt.ClaimJudge} makes a Principal of what it says. If
 * it says what the client may do, {@link io.fluxmqtt.auth.jwt.JwtAuthorizer} decides by that.
 */
@org.jspecify.annotations.NullMarked
package io.fluxmqtt.auth.jwt;
