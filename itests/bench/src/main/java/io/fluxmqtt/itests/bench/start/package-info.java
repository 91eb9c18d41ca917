/** How long a start takes, and how much memory the broker has then. */
package io.fluxmqtt.itests.bench.start;
