package io.fluxmqtt.itests.faults.load;

import java.util.BitSet;

/** Who publishes letters with numbers. */
interface Source {
  int id();

  /** The numbers that must come to each subscriber, now or later. */
  BitSet owed();
}
