package io.fluxmqtt.store;

import io.fluxmqtt.api.spi.store.KvEngine;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the committer knows to be in the engine: whether it is. The committer tells some of it at a
 * time, between two batches; what is not found then is looked for once more between two others,
 * since it may have come or gone.
 */
final class Expected {
  /** What the committer is asked at once: well below a millisecond. */
  private static final int AT_ONCE = 1_000;

  private static final int SESSIONS_AT_ONCE = 10_000;

  private final KvEngine engine;
  private final EngineSessionStore sessions;
  private final Suspects suspects;
  private final Findings findings;
  private final long[] numbers; // of the sessions when this began
  private final long highestMessage; // when this began

  Expected(KvEngine engine, EngineSessionStore sessions, Suspects suspects, Findings findings)
      throws IOException {
    this.engine = engine;
    this.sessions = sessions;
    this.suspects = suspects;
    this.findings = findings;
    long[][] known = {{}};
    highestMessage =
        sessions.look(
            ledger -> {
              if (ledger == null) {
                suspects.leaveUnjudged();
                return 0L;
              }
              known[0] = ledger.sessionNumbers();
              return ledger.highestMessage();
            });
    numbers = known[0];
    Arrays.sort(numbers);
  }

  /** Says whether the committer, asked again, still expects what is not there. */
  private interface Still {
    boolean expects(Ledger ledger, long number, long id);
  }

  /** What was not found. */
  private record Missing(byte[] key, long number, long id) {}

  /** Tells which sessions are not among those that were found. */
  void verifySessions(Ids found) throws IOException {
    List<Missing> missing = new ArrayList<>();
    for (long number : numbers) {
      if (!found.contains(number)) {
        missing.add(new Missing(Keys.session(number), number, 0));
      }
    }
    tell(
        missing,
        (ledger, number, id) -> ledger.backlog(number) != null,
        "it is in use and not in the engine; the next start will not find it");
  }

  /** Looks for the record of each delivery that has one. */
  void verifyDeliveries() throws IOException {
    Deliveries deliveries = new Deliveries();
    while (deliveries.place < 2 * numbers.length) {
      deliveries.keys.clear();
      sessions.look(deliveries::collect);
      List<Missing> missing = new ArrayList<>();
      for (Missing each : deliveries.keys) {
        if (engine.get(each.key) == null) {
          missing.add(each);
        }
      }
      tell(
          missing,
          Expected::hasRecord,
          "it is not in the engine; after the next start it is sent again, or never");
    }
  }

  private static boolean hasRecord(Ledger ledger, long number, long id) {
    Backlog backlog = ledger.backlog(number);
    return backlog != null && (backlog.recorded.contains(id) || backlog.marked.contains(id));
  }

  /** Goes through all deliveries that have a record, some at a time. */
  private final class Deliveries {
    final List<Missing> keys = new ArrayList<>();
    int place; // of a session, twice: those that were sent, those that have ended
    private long from = 1; // the message to go on with

    /** Takes some more. On the committer's thread. */
    boolean collect(@Nullable Ledger ledger) {
      if (ledger == null) {
        suspects.leaveUnjudged();
        place = 2 * numbers.length;
        return false;
      }
      int end = Math.min(2 * numbers.length, place + SESSIONS_AT_ONCE);
      while (place < end) {
        Backlog backlog = ledger.backlog(numbers[place / 2]);
        if (backlog != null) {
          (place % 2 == 0 ? backlog.recorded : backlog.marked)
              .forEach(from, Keys.MAX_NUMBER, id -> take(backlog.session, id));
          if (keys.size() == AT_ONCE) {
            return true; // there may be more
          }
        }
        place++;
        from = 1;
      }
      return true;
    }

    private boolean take(long number, long id) {
      keys.add(new Missing(Keys.delivery(number, id), number, id));
      from = id + 1;
      return keys.size() < AT_ONCE;
    }
  }

  /**
   * The messages, to be read in these ranges and told of to {@link Messages#saw}.
   *
   * @param reserved no message has an id above it
   */
  Messages messages(long reserved) {
    return new Messages(reserved);
  }

  /** Finds out which are missing of those that there were when this began. */
  final class Messages {
    private final long reserved;
    private final long[] ids = new long[Pieces.MAX_ENTRIES]; // of this piece, ascending
    private int count;
    private long next = 1; // to be compared

    private Messages(long reserved) {
      this.reserved = Math.max(reserved, highestMessage);
    }

    /** What was there, and what cannot be; what came since lies between. */
    List<KeyRange> ranges() {
      KeyRange all = Table.BODY.all();
      List<KeyRange> ranges = new ArrayList<>();
      ranges.add(new KeyRange(all.from(), Keys.bytes(Keys.head(Table.BODY, 1) + highestMessage)));
      ranges.add(new KeyRange(Keys.bytes(Keys.head(Table.BODY, 1) + reserved), all.to()));
      return ranges;
    }

    /** One was read. */
    void saw(long id) {
      ids[count++] = id;
    }

    /** Compares what was read with what was to be. */
    void endPiece(boolean last) throws IOException {
      long end = last || count == 0 ? highestMessage : Math.min(highestMessage, ids[count - 1]);
      while (next <= end && (last || count > 0)) {
        List<Missing> missing = new ArrayList<>();
        next = sessions.look(ledger -> collect(ledger, end, missing));
        tell(
            missing,
            (ledger, number, id) -> ledger.references(id) > 0,
            "sessions wait for it and it is not in the engine; they do not get it");
      }
      count = 0;
    }

    /** Returns where to go on. On the committer's thread. */
    private long collect(@Nullable Ledger ledger, long end, List<Missing> missing) {
      if (ledger == null) {
        suspects.leaveUnjudged();
        return end + 1;
      }
      ledger.forEachMessage(
          next,
          end,
          id -> {
            if (Arrays.binarySearch(ids, 0, count, id) < 0) {
              missing.add(new Missing(Keys.body(id), 0, id));
            }
            return missing.size() < AT_ONCE;
          });
      return missing.size() < AT_ONCE ? end + 1 : missing.get(AT_ONCE - 1).id + 1;
    }
  }

  private void tell(List<Missing> missing, Still still, String accusation) throws IOException {
    for (int from = 0; from < missing.size(); from += AT_ONCE) {
      List<Missing> some = missing.subList(from, Math.min(missing.size(), from + AT_ONCE));
      List<Missing> sure = sessions.look(ledger -> sure(some, still, ledger));
      for (Missing each : sure) {
        findings.add(suspects.describe(each.key) + ": " + accusation);
      }
    }
  }

  private List<Missing> sure(List<Missing> missing, Still still, @Nullable Ledger ledger)
      throws IOException {
    List<Missing> sure = new ArrayList<>();
    if (ledger == null) {
      suspects.leaveUnjudged();
      return sure;
    }
    for (Missing each : missing) {
      if (still.expects(ledger, each.number, each.id) && engine.get(each.key) == null) {
        sure.add(each);
      }
    }
    return sure;
  }
}
