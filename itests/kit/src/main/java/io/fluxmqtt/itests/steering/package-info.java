/** A bundle that lets a test install, update and uninstall bundles of the broker it drives. */
package io.fluxmqtt.itests.steering;
