/** Plug-ins for tests, each a class that becomes a bundle of its own. */
package io.fluxmqtt.itests.plugin;
