package io.fluxmqtt.store;

import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Set;

/** The kinds of records. The tag is the first byte of their keys. */
enum Table {
  /** Message id → message, and who is to get it. */
  BODY('b'),
  /** When, topic → nothing: a Retained Message that expires. */
  EXPIRY('e'),
  /** Session number, packet identifier: an incoming QoS 2 identifier in use until PUBREL. */
  INCOMING('i'),
  /** Name → format version and reserved numbers. */
  META('m'),
  /** Session number, packet identifier: an outgoing identifier that awaits PUBCOMP. */
  RELEASE('o'),
  /** Session number → message id up to which its deliveries have ended, but for what QUEUE says. */
  PROGRESS('p'),
  /**
   * Session number, message id → a delivery that was sent, or a mark for one that has ended; what
   * merely waits has none, see {@link Backlog}.
   */
  QUEUE('q'),
  /** Topic → message. */
  RETAINED('r'),
  /**
   * Session number → head of a session. By number and not by Client Identifier: changes name the
   * number, and a client that starts clean may have an old and a new session in one batch.
   */
  SESSION('s'),
  /** Session number, filter → subscription. */
  SUBSCRIPTION('u'),
  /** Key of a damaged record → its bytes. */
  QUARANTINE('x');

  /** Behind all keys of all tables, and of any other use. */
  static final byte[] END = HexFormat.of().parseHex("ff".repeat(16));

  private static final Set<Table> OF_SESSIONS =
      EnumSet.of(SESSION, SUBSCRIPTION, PROGRESS, QUEUE, RELEASE, INCOMING);

  private final byte tag;

  Table(char tag) {
    this.tag = (byte) tag;
  }

  /** Whether the keys with a tag begin with the number of a session. */
  static boolean ofSessions(byte tag) {
    return OF_SESSIONS.stream().anyMatch(table -> table.tag == tag);
  }

  byte tag() {
    return tag;
  }

  /** All keys of this table. */
  KeyRange all() {
    return new KeyRange(new byte[] {tag}, new byte[] {(byte) (tag + 1)});
  }

  /** All keys of a table whose keys have {@link Keys#PLAIN} or more after the tag. */
  KeyRange texts() {
    return new KeyRange(new byte[] {tag, Keys.PLAIN}, all().to());
  }

  /** The keys of one session in a table whose keys begin with the session number. */
  KeyRange ofSession(long number) {
    long head = Keys.head(this, number);
    return new KeyRange(Keys.bytes(head), Keys.bytes(head + 1)); // the highest number carries over
  }
}
