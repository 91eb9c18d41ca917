package io.fluxmqtt.itests.faults.disk;

/** What a power cut leaves of changes that were not synced. */
public enum Remains {
  /** Nothing. */
  SYNCED,
  /** The first of them; the next is torn at a sector of 512 bytes. */
  PREFIX,
  /** Any sectors, whatever their order was. */
  SECTORS,
  /** Everything: it just so happened. */
  ALL
}
