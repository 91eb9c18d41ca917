/** The commands of scope {@code mqtt} in Karaf's shell. */
@org.jspecify.annotations.NullMarked
package io.fluxmqtt.shell.karaf;
