/** Every key of a configuration, changed in a broker that runs. */
package io.fluxmqtt.itests.blackbox.live;
