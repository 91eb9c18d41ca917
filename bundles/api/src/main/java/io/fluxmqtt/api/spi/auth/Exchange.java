package io.fluxmqtt.api.spi.auth;

import io.fluxmqtt.api.message.Payload;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * One exchange with one client. Its methods are called one after the other, not always on the same
 * thread, with a happens-before between them; they must not block.
 */
@ConsumerType
public interface Exchange {
  /**
   * The client has spoken.
   *
   * <p>Called first with what came in CONNECT (or in the AUTH that asks for re-authentication), and
   * then once for each answer to an {@link ExchangeStep.Continue}; never before the stage of the
   * call before has completed. The stage may complete on any thread. A failed stage, a null, a
   * throw, or no answer within {@code authenticationTimeoutSeconds} refuses the client; so does the
   * end of {@code exchangeTimeoutSeconds}, counted from the beginning of the exchange.
   *
   * @param data the client's Authentication Data, or null if it sent none
   */
  CompletionStage<ExchangeStep> next(@Nullable Payload data);

  /**
   * The exchange is over: the client was accepted or refused, has gone, or took too long. Called
   * once, last, though a stage may not have completed; not if the bundle does not answer any more.
   */
  default void closed() {}
}
