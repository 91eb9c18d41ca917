/** The components of this bundle: the only place that knows Declarative Services and OSGi. */
@org.jspecify.annotations.NullMarked
package io.fluxmqtt.session.wiring;
