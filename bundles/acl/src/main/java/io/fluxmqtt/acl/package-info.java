/**
 * What may a client do, from configured rules.
 *
 * <p>{@link io.fluxmqtt.acl.AclAuthorizer} is the service, {@link io.fluxmqtt.acl.RuleBook} keeps
 * the configurations, {@link io.fluxmqtt.acl.Rules} decides.
 */
@org.jspecify.annotations.NullMarked
package io.fluxmqtt.acl;
