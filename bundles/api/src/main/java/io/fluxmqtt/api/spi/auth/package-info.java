/** Who is this client: the contract of an authenticator bundle. */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.0.0")
@org.jspecify.annotations.NullMarked
package io.fluxmqtt.api.spi.auth;
