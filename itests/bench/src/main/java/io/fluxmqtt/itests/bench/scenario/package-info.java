/** What is measured, one small class each. */
package io.fluxmqtt.itests.bench.scenario;
