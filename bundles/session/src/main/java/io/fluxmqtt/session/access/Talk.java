package io.fluxmqtt.session.access;

import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.spi.auth.Credentials;
import io.fluxmqtt.api.spi.auth.EnhancedAuthenticator;
import io.fluxmqtt.api.spi.auth.Exchange;
import io.fluxmqtt.api.spi.auth.ExchangeStep;
import io.fluxmqtt.api.spi.auth.Principal;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The plug-in's side of a conversation: its exchange, from the first step to its close. Closed from
 * any thread; the plug-in is told once, never while a call is in it, and never with a lock held.
 */
final class Talk {
  private final Slot<EnhancedAuthenticator> slot;
  private final Credentials credentials;
  private final @Nullable Principal present;

  // All guarded by this.
  private @Nullable Exchange exchange;
  private boolean running;
  private boolean closed;

  Talk(Slot<EnhancedAuthenticator> slot, Credentials credentials, @Nullable Principal present) {
    this.slot = slot;
    this.credentials = credentials;
    this.present = present;
  }

  Slot<EnhancedAuthenticator> slot() {
    return slot;
  }

  /** Lets the plug-in hear what the client says. Inline, or on the bundle's thread. */
  void step(@Nullable Payload data, Consumer<@Nullable ExchangeStep> then) {
    boolean begins;
    synchronized (this) {
      begins = !closed;
      running = begins;
    }
    if (!begins) {
      then.accept(null); // nobody listens any more
      return;
    }
    slot.guard().step(slot, () -> exchange().next(data), then);
    Exchange ended;
    synchronized (this) {
      running = false;
      ended = closed ? exchange : null;
    }
    if (ended != null) {
      slot.guard().close(slot, ended);
    }
  }

  private Exchange exchange() {
    Exchange begun;
    synchronized (this) {
      begun = exchange;
    }
    if (begun == null) {
      EnhancedAuthenticator service = slot.service();
      begun =
          present == null ? service.begin(credentials) : service.beginAgain(credentials, present);
      if (begun == null) {
        throw new IllegalStateException("no exchange was begun");
      }
      synchronized (this) {
        exchange = begun;
      }
    }
    return begun;
  }

  /** The exchange is over. */
  void close(long patienceNanos) {
    Exchange ended;
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      ended = running ? null : exchange; // while it runs, that call closes it at its end
    }
    BundleThread thread = slot.thread();
    if (ended != null && thread == null) {
      slot.guard().close(slot, ended);
    } else if (ended != null) {
      thread.submit(
          new BundleThread.Call<>(
              () -> {
                slot.guard().close(slot, ended);
                return true;
              },
              back -> {}),
          patienceNanos); // if it is refused, the bundle has left or does not answer
    }
  }
}
