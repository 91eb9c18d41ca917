package io.fluxmqtt.itests.bench.report;

import java.util.List;
import java.util.Map;

/**
 * All that was measured in one run.
 *
 * @param how what the run was told: seconds, repeats, cores
 * @param settings of each broker
 */
public record Report(Machine machine, String how, Map<String, String> settings, List<Row> rows) {}
