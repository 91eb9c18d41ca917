package io.fluxmqtt.itests.faults;

/**
 * How a scenario is to be run.
 *
 * @param engine the durable engine
 * @param runs kills, cuts, stores or sessions
 * @param brokers that run at the same time
 * @param stored messages that lie in the store while others work
 * @param seed of what is random
 * @param full whether limits of time count, and each line that is missing; a short form in a build
 *     is for all else
 */
record Task(String engine, int runs, int brokers, int stored, long seed, boolean full) {}
