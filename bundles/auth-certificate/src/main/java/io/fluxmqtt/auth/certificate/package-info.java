/**
 * Takes user name, client id and groups from the certificate of TLS.
 *
 * <p>{@link io.fluxmqtt.auth.certificate.CertificateAuthenticator} judges, {@link
 * io.fluxmqtt.auth.certificate.CertificateFields} reads the certificate, {@link
 * io.fluxmqtt.auth.certificate.RevocationFile} keeps the revocation lists as the files have them.
 */
@org.jspecify.annotations.NullMarked
package io.fluxmqtt.auth.certificate;
