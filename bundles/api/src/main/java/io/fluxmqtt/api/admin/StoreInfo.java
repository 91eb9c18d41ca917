package io.fluxmqtt.api.admin;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A store as it is now. Counters are those since it was opened.
 *
 * @param engine the name of its engine
 * @param durable whether what it acknowledges outlives the process
 * @param folder where its engine keeps its files, or null if it has none
 * @param formatVersion of the data
 * @param problem why nothing can be written at present and what to do, or null if it can
 * @param sessions how many are kept
 * @param queuedMessages messages that wait for a session or were sent and not acknowledged, each
 *     once however many sessions it waits for
 * @param retainedMessages how many are kept
 * @param retainedBytes their topics and payloads in bytes
 * @param quarantined damaged entries that are set aside, of this start and earlier ones
 * @param setAside damaged parts of files, or whole files, that the engine set aside
 * @param bytesOnDisk what the engine's files take
 * @param bytesWritten what the engine gave to the disk, logs and rewriting included: the wear of
 *     flash
 * @param bytesGiven keys and values that the engine was given to write
 * @param pendingBytes of what was given to the store and is not written yet
 * @param oldestPendingSeconds how long the oldest of it has waited, 0 if there is none: the age of
 *     the sync that is due
 * @param failedWrites batches that could not be written
 * @param syncSeconds how long each write and sync of a batch took
 * @param batchSize how many records each batch held
 */
public record StoreInfo(
    String engine,
    boolean durable,
    @Nullable Path folder,
    int formatVersion,
    @Nullable String problem,
    long sessions,
    long queuedMessages,
    long retainedMessages,
    long retainedBytes,
    long quarantined,
    long setAside,
    long bytesOnDisk,
    long bytesWritten,
    long bytesGiven,
    long pendingBytes,
    double oldestPendingSeconds,
    long failedWrites,
    Histogram syncSeconds,
    Histogram batchSize) {}
