package io.fluxmqtt.store;

import io.fluxmqtt.api.spi.store.SessionChange;
import io.fluxmqtt.api.spi.store.StoredDelivery;
import io.fluxmqtt.api.spi.store.StoredMessage;
import java.io.IOException;

/**
 * Turns changes of sessions into changes of records. What names a session, or replaces or removes a
 * delivery, that is no longer there is ignored: it crossed its removal.
 */
final class SessionChanges {
  private final Ledger ledger;
  private final Draft draft;

  SessionChanges(Ledger ledger, Draft draft) {
    this.ledger = ledger;
    this.draft = draft;
  }

  void apply(SessionChange change) throws IOException {
    if (change instanceof SessionChange.Append append) {
      append(append);
    } else if (change instanceof SessionChange.PutDelivery put) {
      putDelivery(put);
    } else if (change instanceof SessionChange.RemoveDelivery remove) {
      removeDelivery(remove.number(), remove.messageId());
    } else if (change instanceof SessionChange.PutRelease put) {
      putIfAlive(put.number(), Keys.release(put.number(), put.packetId()), Records.mark());
    } else if (change instanceof SessionChange.RemoveRelease remove) {
      draft.remove(Keys.release(remove.number(), remove.packetId()));
    } else if (change instanceof SessionChange.PutIncoming put) {
      putIfAlive(put.number(), Keys.incoming(put.number(), put.packetId()), Records.mark());
    } else if (change instanceof SessionChange.RemoveIncoming remove) {
      draft.remove(Keys.incoming(remove.number(), remove.packetId()));
    } else if (change instanceof SessionChange.PutSubscription put) {
      byte[] key = Keys.subscription(put.number(), put.subscription().filter());
      putIfAlive(put.number(), key, Records.subscription(put.subscription()));
    } else if (change instanceof SessionChange.RemoveSubscription remove) {
      draft.remove(Keys.subscription(remove.number(), remove.filter()));
    } else if (change instanceof SessionChange.PutSession put) {
      draft.put(Keys.session(put.session().number()), Records.session(put.session()));
      ledger.addSession(put.session().number(), draft);
    } else if (change instanceof SessionChange.RemoveSession remove) {
      removeSession(remove.number());
    } else {
      throw new IllegalArgumentException("unknown change " + change.getClass());
    }
  }

  private void putIfAlive(long session, byte[] key, byte[] value) {
    if (ledger.isAlive(session)) {
      draft.put(key, value);
    }
  }

  private void append(SessionChange.Append append) throws IOException {
    StoredMessage message = append.message();
    byte[] bodyKey = Keys.body(message.id());
    boolean isNew = ledger.isNewMessage(message.id());
    int before = isNew || draft.get(bodyKey) == null ? 0 : ledger.references(message.id());
    int references = before;
    for (SessionChange.Receiver receiver : append.receivers()) {
      StoredDelivery delivery = receiver.delivery();
      if (delivery.messageId() != message.id()) {
        throw new IllegalArgumentException(
            "delivery of message %d in an append of message %d"
                .formatted(delivery.messageId(), message.id()));
      }
      if (!ledger.isAlive(receiver.number())) {
        continue;
      }
      byte[] key = Keys.delivery(receiver.number(), message.id());
      boolean queued = isNew ? draft.sets(key) : draft.get(key) != null;
      if (queued) {
        draft.put(key, Records.delivery(delivery));
        continue;
      }
      addOrPut(isNew, key, Records.delivery(delivery));
      references++;
    }
    if (before == 0 && references > 0) {
      addOrPut(isNew, bodyKey, Records.message(message));
    }
    if (references > 0) {
      ledger.setReferences(message.id(), references, draft);
    }
  }

  private void addOrPut(boolean isNew, byte[] key, byte[] value) {
    if (isNew) {
      draft.add(key, value);
    } else {
      draft.put(key, value);
    }
  }

  private void putDelivery(SessionChange.PutDelivery put) throws IOException {
    byte[] key = Keys.delivery(put.number(), put.delivery().messageId());
    if (draft.get(key) != null) {
      draft.put(key, Records.delivery(put.delivery()));
    }
  }

  private void removeDelivery(long session, long messageId) throws IOException {
    byte[] key = Keys.delivery(session, messageId);
    if (draft.get(key) != null) {
      draft.remove(key);
      dropReference(messageId);
    }
  }

  private void dropReference(long messageId) {
    int left = ledger.references(messageId) - 1;
    if (left == 0) {
      draft.remove(Keys.body(messageId));
    } else {
      ledger.setReferences(messageId, left, draft);
    }
  }

  private void removeSession(long number) throws IOException {
    if (!ledger.isAlive(number)) {
      return;
    }
    for (byte[] key : draft.keys(Table.QUEUE.ofSession(number))) {
      draft.remove(key);
      try {
        dropReference(Keys.messageId(key));
      } catch (DamagedRecordException e) { // the load has removed such keys
        throw new IOException("damaged queue of session " + number, e);
      }
    }
    for (Table table : new Table[] {Table.SUBSCRIPTION, Table.RELEASE, Table.INCOMING}) {
      draft.keys(table.ofSession(number)).forEach(draft::remove);
    }
    draft.remove(Keys.session(number));
    ledger.removeSession(number, draft);
  }
}
