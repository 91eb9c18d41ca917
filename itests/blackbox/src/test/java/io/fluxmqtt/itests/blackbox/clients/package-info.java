/**
 * The clients people have, against the broker as it is shipped: {@link TestedClient} lists them,
 * one {@code …Peer} drives each, {@link ClientsIT} and {@link ClientPropertiesIT} hold the
 * scenarios. Every scenario runs with every client; a client that cannot do what one is about is
 * left out, which is printed with the reason.
 */
package io.fluxmqtt.itests.blackbox.clients;
