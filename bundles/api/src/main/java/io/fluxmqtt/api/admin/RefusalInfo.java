package io.fluxmqtt.api.admin;

import io.fluxmqtt.api.events.BrokerEvent;
import java.time.Instant;

/**
 * What was refused, once or again and again. What the client sent, such as identifiers and topics,
 * is cut to a few hundred characters, and may hold any: show it through {@link
 * io.fluxmqtt.api.message.Printable}.
 *
 * @param refusal the first time
 * @param times how often it was noted; of a flood only some are
 * @param last the last of these times
 */
public record RefusalInfo(BrokerEvent.Refused refusal, long times, Instant last) {}
