/** What is acknowledged is on the disk: the broker under kills, power cuts, damage, full disks. */
package io.fluxmqtt.itests.faults;
