/**
 * Starts the framework on the bundles where they lie, and makes the class-data archive that lets
 * later starts be faster.
 */
package io.fluxmqtt.launcher;
