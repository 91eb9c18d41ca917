/** A bundle that runs inside of the broker, for tests only. */
package io.fluxmqtt.itests.blackbox.steering;
