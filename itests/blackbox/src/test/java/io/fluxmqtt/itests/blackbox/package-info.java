/**
 * The shipped runtime as a black box: started as a process, driven over sockets by clients nobody
 * here wrote, and by raw bytes where those are too polite.
 */
package io.fluxmqtt.itests.blackbox;
