/** What the broker keeps, and how many bytes each thing takes. */
package io.fluxmqtt.itests.bench.memory;
