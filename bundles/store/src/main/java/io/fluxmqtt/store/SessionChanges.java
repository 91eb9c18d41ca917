package io.fluxmqtt.store;

import io.fluxmqtt.api.spi.store.Receivers;
import io.fluxmqtt.api.spi.store.SessionChange;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Turns the changes of one commit into changes of records, see {@link Backlog}. What names a
 * session that is no longer there is ignored: it crossed its removal. What replaces or removes a
 * delivery that is not there yet waits for its message.
 */
final class SessionChanges {
  private static final @Nullable Backlog[] NONE = {};

  private final Ledger ledger;
  private final Draft draft;
  private final List<Backlog> due = new ArrayList<>(); // whose progress is to be recorded

  /** Of the receivers of the last message: those of the next are most often the same. */
  private @Nullable Backlog[] recent = NONE;

  SessionChanges(Ledger ledger, Draft draft) {
    this.ledger = ledger;
    this.draft = draft;
  }

  /** Applies all changes of a commit. */
  void apply(List<Edit> edits) throws IOException {
    for (int i = 0; i < edits.size(); i++) {
      apply(edits.get(i));
    }
    for (Backlog backlog : due) {
      if (ledger.backlog(backlog.session) == backlog) {
        draft.put(Keys.progress(backlog.session), Records.number(backlog.progress()));
        backlog.progressRecorded();
      }
    }
  }

  private void apply(Edit edit) throws IOException {
    SessionChange change = edit.change();
    if (change instanceof SessionChange.Append append) {
      append(edit, append.message().id(), append.receivers());
    } else if (change instanceof SessionChange.PutDelivery put) {
      Backlog backlog = ledger.backlog(put.number());
      if (backlog != null) {
        sent(edit, backlog, put.delivery().messageId());
      }
    } else if (change instanceof SessionChange.RemoveDelivery remove) {
      Backlog backlog = ledger.backlog(remove.number());
      if (backlog != null) {
        ended(edit, backlog, remove.messageId());
      }
    } else if (change instanceof SessionChange.PutRelease put) {
      putIfAlive(put.number(), edit);
    } else if (change instanceof SessionChange.PutIncoming put) {
      putIfAlive(put.number(), edit);
    } else if (change instanceof SessionChange.PutSubscription put) {
      putIfAlive(put.number(), edit);
    } else if (change instanceof SessionChange.PutSession put) {
      put(edit);
      addSession(put.session().number());
    } else if (change instanceof SessionChange.RemoveSession remove) {
      removeSession(edit.key(), remove.number());
    } else {
      draft.remove(edit.key());
    }
  }

  private void put(Edit edit) {
    draft.put(edit.key(), value(edit));
  }

  private static byte[] value(Edit edit) {
    byte[] value = edit.value();
    if (value == null) {
      throw new IllegalStateException("nothing to put for " + edit.change());
    }
    return value;
  }

  private void putIfAlive(long session, Edit edit) {
    if (ledger.backlog(session) != null) {
      put(edit);
    }
  }

  private void addSession(long number) {
    if (ledger.backlog(number) != null) {
      return;
    }
    Backlog backlog = new Backlog(number);
    if (!ledger.isUnheardOf(number) && ledger.highestMessage() > 0) {
      // Messages may name it that it is not to get.
      backlog.progressTo(ledger.highestMessage());
      due(backlog);
    }
    ledger.add(backlog);
  }

  private void append(Edit edit, long id, Receivers receivers) {
    ledger.sawMessage(id);
    int before = ledger.references(id);
    int references = before;
    if (recent.length < receivers.size()) {
      recent = new Backlog[receivers.size()];
    }
    for (int i = 0; i < receivers.size(); i++) {
      Backlog backlog = backlog(i, receivers.number(i));
      if (backlog == null) {
        ledger.sawSession(receivers.number(i));
      } else if (before == 0 && backlog.waitsByDefault(id)) {
        references += backlog.await(id) ? 1 : 0;
      } else {
        byte[] record = Records.delivery(receivers.delivery(i, id));
        references += recordAs(backlog, id, record) ? 1 : 0;
      }
    }
    if (before == 0 && references > 0) {
      draft.add(edit.key(), value(edit));
    }
    if (references != before) {
      ledger.references(id, references);
    }
    for (int i = 0; i < receivers.size(); i++) {
      Backlog backlog = recent[i];
      Edit early = backlog == null ? null : backlog.takeEarly(id);
      if (early != null && early.change() instanceof SessionChange.PutDelivery) {
        sent(early, backlog, id);
      } else if (early != null) {
        ended(early, backlog, id);
      }
    }
  }

  private @Nullable Backlog backlog(int index, long session) {
    Backlog backlog = recent[index];
    if (backlog == null || backlog.session != session) {
      backlog = ledger.backlog(session);
      recent[index] = backlog;
    }
    return backlog;
  }

  /** Gives a delivery a record that says how it is; returns whether it was not queued. */
  private boolean recordAs(Backlog backlog, long id, byte[] record) {
    draft.put(Keys.delivery(backlog.session, id), record);
    boolean waited = backlog.waiting.remove(id);
    backlog.marked.remove(id);
    return backlog.recorded.add(id) && !waited;
  }

  private void sent(Edit edit, Backlog backlog, long id) {
    if (backlog.waiting.remove(id)) {
      backlog.recorded.add(id);
      put(edit);
      passIfPossible(backlog, id);
    } else if (backlog.recorded.contains(id)) {
      put(edit);
    } else {
      backlog.keepEarly(id, edit);
    }
  }

  private void ended(Edit edit, Backlog backlog, long id) {
    byte[] key = edit.key();
    boolean hasRecord = backlog.recorded.remove(id);
    if (!hasRecord && !backlog.waiting.remove(id)) {
      backlog.keepEarly(id, edit);
      return;
    }
    passIfPossible(backlog, id);
    boolean others = dropReference(id);
    if (others && id > backlog.progress()) { // an earlier one waits: it cannot be passed
      draft.put(key, Records.mark());
      backlog.marked.add(id);
      ledger.mark(id, backlog.session);
      return;
    }
    if (hasRecord) {
      draft.remove(key);
    }
    if (others) { // its record names this session: progress says that it is done
      due(backlog);
    }
  }

  /** Moves progress up to an id if nothing below waits; marks that it passes are not needed. */
  private void passIfPossible(Backlog backlog, long id) {
    if (!backlog.mayPass(id)) {
      return;
    }
    backlog.progressTo(id);
    while (!backlog.marked.isEmpty() && backlog.marked.first() <= id) {
      long mark = backlog.marked.first();
      backlog.marked.remove(mark);
      draft.remove(Keys.delivery(backlog.session, mark));
      due(backlog);
    }
  }

  /** One reference less to a message; returns whether some are left, or it has gone. */
  private boolean dropReference(long id) {
    int references = ledger.references(id) - 1;
    if (references < 0) {
      throw new IllegalStateException("message " + id + " is referred to and not there");
    }
    if (references == 0) {
      draft.remove(Keys.body(id));
      ledger.forEachMark(id, session -> removeMark(session, id));
    }
    ledger.references(id, references);
    return references > 0;
  }

  private void removeMark(long session, long id) {
    Backlog backlog = ledger.backlog(session);
    if (backlog != null && backlog.marked.remove(id)) {
      draft.remove(Keys.delivery(session, id));
    }
  }

  private void removeSession(byte[] key, long number) throws IOException {
    recent = NONE;
    Backlog backlog = ledger.backlog(number);
    if (backlog == null) {
      return;
    }
    for (Table table : new Table[] {Table.SUBSCRIPTION, Table.RELEASE, Table.INCOMING}) {
      draft.keys(table.ofSession(number)).forEach(draft::remove);
    }
    draft.remove(key);
    if (backlog.isProgressWritten()) {
      draft.remove(Keys.progress(number));
    }
    ledger.removeSession(number);
    backlog.marked.forEach(id -> draft.remove(Keys.delivery(number, id)));
    backlog.recorded.forEach(id -> draft.remove(Keys.delivery(number, id)));
    backlog.recorded.forEach(this::dropReference);
    backlog.waiting.forEach(this::dropReference);
  }

  private void due(Backlog backlog) {
    if (backlog.progressIsDue()) {
      due.add(backlog);
    }
  }
}
