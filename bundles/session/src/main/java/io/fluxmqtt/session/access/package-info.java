/** Who may enter and what may be done: the policy of the broker, and the guard around plug-ins. */
@org.jspecify.annotations.NullMarked
package io.fluxmqtt.session.access;
