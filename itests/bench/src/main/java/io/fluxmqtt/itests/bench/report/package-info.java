/** What was measured, as a table, as JSON and as a picture. */
package io.fluxmqtt.itests.bench.report;
