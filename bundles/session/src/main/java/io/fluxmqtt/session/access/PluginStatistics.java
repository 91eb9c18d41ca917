package io.fluxmqtt.session.access;

/**
 * What the plug-ins of one bundle did since the broker started.
 *
 * @param bundle its symbolic name
 * @param calls how often it was called; a verdict that was kept is no call
 * @param failures how many calls threw, failed, answered null or took too long
 * @param nanos how long it took to answer, in nanoseconds, summed
 */
public record PluginStatistics(String bundle, long calls, long failures, long nanos) {}
