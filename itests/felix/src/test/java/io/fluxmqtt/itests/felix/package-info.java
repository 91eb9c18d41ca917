/** The shipped bundles in a framework that the test itself holds, so that it can change them. */
package io.fluxmqtt.itests.felix;
