package io.fluxmqtt.session.broker;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Ids of messages, first in, first out, with gaps that stand for something else. Each takes a byte
 * or two, since it is kept as its distance from the one before. Owned by the session's loop.
 */
final class IdFifo {
  /** What is said in place of an id. */
  static final long GAP = 0;

  private static final int SMALLEST_CHUNK = 32;
  private static final int LARGEST_CHUNK = 4_096;
  private static final int MORE = 0x80;

  /** A piece of memory. */
  private static final class Chunk {
    final byte[] bytes;
    @Nullable Chunk next; // null for the last

    Chunk(int length) {
      bytes = new byte[length];
    }
  }

  /** A place between two entries. */
  private static final class Place {
    Chunk chunk;
    int at; // in the chunk
    long id; // the last one before here

    Place(Chunk chunk) {
      this.chunk = chunk;
    }

    Place(Place other) {
      chunk = other.chunk;
      at = other.at;
      id = other.id;
    }

    /** Passes over an entry, which must be there; returns its id, or {@link #GAP}. */
    long read() {
      long distance = 0;
      int shift = 0;
      int octet;
      do {
        octet = readOctet();
        distance |= (long) (octet & MORE - 1) << shift;
        shift += 7;
      } while ((octet & MORE) != 0);
      if (distance == 0) {
        return GAP;
      }
      id += distance >>> 1 ^ -(distance & 1);
      return id;
    }

    /** Whether the next entry is a gap; there must be one. */
    boolean isAtGap() {
      Chunk next = chunk.next; // the first octet of an id is never 0
      return (at == chunk.bytes.length && next != null ? next.bytes[0] : chunk.bytes[at]) == GAP;
    }

    private int readOctet() {
      Chunk next = chunk.next;
      if (at == chunk.bytes.length && next != null) {
        chunk = next;
        at = 0;
      }
      return chunk.bytes[at++];
    }

    /** Adds an entry, of an id that is not the one before, or {@link #GAP}. */
    void write(long added) {
      long distance = 0;
      if (added != GAP) {
        long above = added - id;
        distance = above << 1 ^ above >> 63;
        id = added;
      }
      while (distance >= MORE || distance < 0) {
        writeOctet((int) distance | MORE);
        distance >>>= 7;
      }
      writeOctet((int) distance);
    }

    private void writeOctet(int octet) {
      if (at == chunk.bytes.length) {
        Chunk next = new Chunk(Math.min(LARGEST_CHUNK, 2 * chunk.bytes.length));
        chunk.next = next;
        chunk = next;
        at = 0;
      }
      chunk.bytes[at++] = (byte) octet;
    }
  }

  private @Nullable Place begin; // null while this is empty
  private @Nullable Place end;
  private int size;

  int size() {
    return size;
  }

  /** Whether the first is {@link #GAP}. */
  boolean isGapNext() {
    return begin != null && begin.isAtGap();
  }

  /** Adds an id, which is not the last one that was added, or {@link #GAP}. */
  void add(long id) {
    Place place = end;
    if (place == null) {
      place = new Place(new Chunk(SMALLEST_CHUNK));
      begin = new Place(place);
      end = place;
    }
    if (id != GAP && id == place.id) {
      throw new IllegalArgumentException("message " + id + " twice");
    }
    place.write(id);
    size++;
  }

  /** Removes the first; there must be one. */
  long remove() {
    Place place = begin;
    if (place == null) {
      throw new IllegalStateException("nothing to remove");
    }
    long id = place.read();
    if (--size == 0) {
      begin = null;
      end = null;
    }
    return id;
  }

  /** The first ones up to a gap, at most so many. */
  long[] first(int most) {
    long[] ids = new long[Math.min(most, size)];
    int count = 0;
    if (begin != null) {
      Place place = new Place(begin);
      while (count < ids.length) {
        long id = place.read();
        if (id == GAP) {
          break;
        }
        ids[count++] = id;
      }
    }
    return count == ids.length ? ids : Arrays.copyOf(ids, count);
  }
}
