package io.fluxmqtt.store;

import io.fluxmqtt.api.message.Printable;
import io.fluxmqtt.api.spi.store.KvEngine;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Entries of which something may be wrong. They were read beside the committer, which may have
 * changed them and all that they refer to since. So what is held against one is looked at once more
 * between two batches, when nothing changes, and counts only if the entry is still the same.
 */
final class Suspects {
  /** Says whether an entry is as it should be. */
  @FunctionalInterface
  interface Excuse {
    boolean holds() throws IOException;
  }

  /** As {@link Excuse}, by what the committer knows. */
  @FunctionalInterface
  interface Acquaintance {
    boolean knows(Ledger ledger);
  }

  /** One of them; one of excuse and acquaintance may be there. */
  private record Suspect(
      byte[] key,
      byte[] value,
      String accusation,
      @Nullable Excuse excuse,
      @Nullable Acquaintance acquaintance) {}

  private final KvEngine engine;
  private final EngineSessionStore sessions;
  private final Findings findings;
  private final List<Suspect> suspects = new ArrayList<>();
  private boolean unjudged;

  Suspects(KvEngine engine, EngineSessionStore sessions, Findings findings) {
    this.engine = engine;
    this.sessions = sessions;
    this.findings = findings;
  }

  /** An entry that is wrong by itself. */
  void addDamaged(byte[] key, byte[] value, String accusation) {
    suspects.add(new Suspect(key, value, accusation, null, null));
  }

  /** An entry that is wrong unless an excuse holds, which reads the engine. */
  void add(byte[] key, byte[] value, String accusation, Excuse excuse) {
    suspects.add(new Suspect(key, value, accusation, excuse, null));
  }

  /** An entry that is wrong unless the committer knows of it. */
  void addUnlessKnown(byte[] key, byte[] value, String accusation, Acquaintance acquaintance) {
    suspects.add(new Suspect(key, value, accusation, null, acquaintance));
  }

  /** Judges all and forgets them. Waits for the committer. */
  void judge() throws IOException {
    List<Suspect> left = new ArrayList<>(suspects.size());
    for (Suspect suspect : suspects) {
      if (suspect.excuse == null || !suspect.excuse.holds()) { // most do at once
        left.add(suspect);
      }
    }
    suspects.clear();
    if (left.isEmpty()) {
      return;
    }
    List<Suspect> guilty = sessions.look(ledger -> guilty(left, ledger));
    for (Suspect each : guilty) {
      findings.add(describe(each.key) + ": " + each.accusation);
    }
  }

  /** What a key stands for, with the client whose session it names. Blocks for I/O. */
  String describe(byte[] key) throws IOException {
    String text = KeyText.of(key);
    if (key.length < Long.BYTES || !Table.ofSessions(key[0])) {
      return text;
    }
    try {
      long number = Keys.number(key);
      byte[] head = engine.get(Keys.session(number));
      return head == null
          ? text
          : text + " (client " + Printable.of(Records.session(number, head).clientId()) + ")";
    } catch (DamagedRecordException e) {
      return text;
    }
  }

  private List<Suspect> guilty(List<Suspect> all, @Nullable Ledger ledger) throws IOException {
    List<Suspect> guilty = new ArrayList<>();
    for (Suspect suspect : all) {
      if (suspect.acquaintance != null && ledger == null) {
        unjudged = true;
      } else if ((suspect.acquaintance == null || !suspect.acquaintance.knows(ledger))
          && Arrays.equals(suspect.value, engine.get(suspect.key))
          && (suspect.excuse == null || !suspect.excuse.holds())) {
        guilty.add(suspect);
      }
    }
    return guilty;
  }

  /** Something could not be judged, as the committer knew nothing. */
  void leaveUnjudged() {
    unjudged = true;
  }

  boolean hasUnjudged() {
    return unjudged;
  }
}
