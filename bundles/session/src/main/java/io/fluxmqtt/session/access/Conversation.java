package io.fluxmqtt.session.access;

import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.spi.auth.Credentials;
import io.fluxmqtt.api.spi.auth.EnhancedAuthenticator;
import io.fluxmqtt.api.spi.auth.Principal;
import io.fluxmqtt.session.ListenerProfile;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An enhanced authentication from its beginning to its end: what the client says goes to one
 * exchange of one plug-in, and each time a reply comes back. It ends when the plug-in decides or
 * fails, when the client has spoken too often, and when it has taken too long, whoever was slow; so
 * nobody can hold it. If the plug-in leaves, the exchange is lost, and the client refused. Any
 * thread.
 */
public final class Conversation {
  /**
   * A client that is to show who it is.
   *
   * @param method the Authentication Method that it named
   * @param present who it is already, or null if it is about to connect
   */
  public record Party(
      String method,
      Credentials credentials,
      ListenerProfile listener,
      @Nullable Principal present) {}

  private final PolicyBoard board;
  private final Party party;
  private final Consumer<Reply> then;
  private final AccessSettings settings;

  // All guarded by this.
  private Runnable alarm = () -> {};
  private @Nullable Talk talk;
  private int spoken;
  private boolean over;

  Conversation(PolicyBoard board, Party party, Consumer<Reply> then) {
    this.board = board;
    this.party = party;
    this.then = then;
    this.settings = board.policy().settings();
  }

  /** The client begins. */
  void begin(@Nullable Payload data) {
    synchronized (this) {
      alarm = board.time().after(settings.exchangeTimeout().toNanos(), this::late);
    }
    proceed(data);
  }

  /** The client has spoken, after a reply that asked it to. */
  public void proceed(@Nullable Payload data) {
    Talk present;
    boolean tooOften;
    synchronized (this) {
      if (over) {
        return;
      }
      present = talk;
      tooOften = ++spoken > settings.exchangeStepsMax();
    }
    Reply reply =
        tooOften
            ? refused(ReasonCode.QUOTA_EXCEEDED, "the exchange has more steps than allowed")
            : new PendingStep(board, this, present, data).begin(board.policy(), 0);
    if (reply != null) {
      deliver(reply);
    }
  }

  /** The client has gone; nothing is replied any more. */
  public void close() {
    closeTalk(end());
  }

  /** Begins with a plug-in; one that was begun with before is given up. */
  Talk open(Slot<EnhancedAuthenticator> slot) {
    Talk next = new Talk(slot, party.credentials(), party.present());
    Talk old;
    synchronized (this) {
      old = over ? next : talk;
      talk = over ? null : next;
    }
    closeTalk(old);
    return next;
  }

  void deliver(Reply reply) {
    Talk ended = null;
    synchronized (this) {
      if (over) {
        return;
      }
      if (reply instanceof Reply.Finished) {
        ended = end();
      }
    }
    closeTalk(ended);
    then.accept(reply);
  }

  /** A refusal, with a code that can be told to a client in its state. */
  Reply refused(ReasonCode reason, String text) {
    ReasonCode told =
        party.present() == null ? RefusalCodes.connAck(reason) : RefusalCodes.disconnect(reason);
    return new Reply.Finished(new Admission.Refused(told, text), null);
  }

  Party party() {
    return party;
  }

  private void late() {
    deliver(
        refused(
            ReasonCode.NOT_AUTHORIZED,
            "the exchange took longer than " + settings.exchangeTimeout().toSeconds() + " s"));
  }

  private synchronized @Nullable Talk end() {
    over = true;
    alarm.run();
    Talk ended = talk;
    talk = null;
    return ended;
  }

  private void closeTalk(@Nullable Talk ended) {
    if (ended != null) {
      ended.close(settings.authenticationTimeout().toNanos());
    }
  }
}
