/**
 * Clients that remember what they were promised, over any number of kills, and find out whether it
 * was kept.
 */
package io.fluxmqtt.itests.faults.load;
