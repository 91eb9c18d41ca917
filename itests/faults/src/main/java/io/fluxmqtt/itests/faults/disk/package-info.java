/**
 * A disk that forgets what was not synced. A shim in C writes down what a broker does to its files;
 * {@link io.fluxmqtt.itests.faults.disk.DiskImage} tells what a power cut may leave of it.
 */
package io.fluxmqtt.itests.faults.disk;
