package io.fluxmqtt.store;

import java.util.Objects;
import java.util.StringJoiner;
import java.util.function.LongConsumer;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * A set of message ids in ascending order, each of which may have a count. Ids come and go in about
 * that order and are close to each other: they are kept in blocks that take next to nothing where
 * no id is missing, see {@link IdBlock}. At the ends all is a step or two; in between, a search and
 * the move of what is nearer to an end of its block.
 */
final class Ids {
  private static final @Nullable IdBlock[] NONE = {};
  private static final int SMALLEST = 4;

  private @Nullable IdBlock[] blocks = NONE;
  private int from; // the place of the first block
  private int length; // how many blocks there are
  private int size;

  boolean isEmpty() {
    return size == 0;
  }

  int size() {
    return size;
  }

  /** The lowest; there must be one. */
  long first() {
    checkNotEmpty();
    return block(0).first();
  }

  /** The highest; there must be one. */
  long last() {
    checkNotEmpty();
    return block(length - 1).last();
  }

  boolean contains(long id) {
    return count(id) >= 0;
  }

  /** The count of an id, 1 unless it was set; -1 if the id is not there. */
  int count(long id) {
    int at = find(id);
    if (at < 0) {
      return -1;
    }
    IdBlock block = block(at);
    int index = block.find(id);
    return index < 0 ? -1 : block.count(index);
  }

  /** Sets the count of an id that is there, 0 to 255. */
  void count(long id, int count) {
    IdBlock block = block(find(id));
    block.count(block.find(id), count);
  }

  /** Adds an id with the count 1; returns whether it was not there. */
  boolean add(long id) {
    int at = find(id);
    if (at < 0) {
      insert(0, new IdBlock(id));
    } else {
      IdBlock block = block(at);
      int index = id > block.last() ? -1 - block.size() : block.find(id);
      if (index >= 0) {
        return false;
      }
      insert(at, block, -1 - index, id);
    }
    size++;
    return true;
  }

  /** Adds an id before what is at an index of a block, or behind all of it. */
  private void insert(int at, IdBlock block, int index, long id) {
    if (index == block.size()) {
      if (block.takesLast(id)) {
        block.addLast(id);
      } else {
        insert(at + 1, new IdBlock(id));
      }
    } else if (block.size() < IdBlock.MAX_SIZE) {
      block.insert(index, id);
    } else {
      int half = block.size() / 2;
      IdBlock rest = block.split(half);
      insert(at + 1, rest);
      if (index <= half) {
        block.insert(index, id);
      } else {
        rest.insert(index - half, id);
      }
    }
  }

  /** Removes an id; returns whether it was there. */
  boolean remove(long id) {
    int at = find(id);
    if (at < 0) {
      return false;
    }
    IdBlock block = block(at);
    int index = block.find(id);
    if (index < 0) {
      return false;
    }
    if (block.size() > 1) {
      block.remove(index);
    } else {
      removeBlock(at);
    }
    size--;
    return true;
  }

  /** Visits all in ascending order. */
  void forEach(LongConsumer visitor) {
    for (int i = 0; i < length; i++) {
      IdBlock block = block(i);
      for (int index = 0; index < block.size(); index++) {
        visitor.accept(block.at(index));
      }
    }
  }

  /**
   * Visits those from one id up to another, both included, in ascending order, until the visitor
   * says that it is enough.
   */
  void forEach(long least, long most, LongPredicate visitor) {
    for (int i = Math.max(0, find(least)); i < length && block(i).first() <= most; i++) {
      IdBlock block = block(i);
      for (int index = block.indexFrom(least); index < block.size(); index++) {
        long id = block.at(index);
        if (id > most || !visitor.test(id)) {
          return;
        }
      }
    }
  }

  /** The index of the block in whose reach an id is, or -1 if it is below all. */
  private int find(long id) {
    if (size == 0 || id < block(0).first()) {
      return -1;
    }
    if (id >= block(length - 1).first()) {
      return length - 1;
    }
    int low = 0;
    int high = length - 2;
    if (id < block(1).first()) {
      return 0;
    }
    while (low < high) { // the answer is from low to high
      int middle = low + high + 1 >>> 1;
      if (block(middle).first() <= id) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  private IdBlock block(int index) {
    return Objects.requireNonNull(blocks[from + index]);
  }

  private void insert(int at, IdBlock block) {
    if (from + length == blocks.length) {
      @Nullable IdBlock[] larger = new IdBlock[Math.max(SMALLEST, length + length / 2)];
      System.arraycopy(blocks, from, larger, 0, length);
      blocks = larger;
      from = 0;
    }
    System.arraycopy(blocks, from + at, blocks, from + at + 1, length - at);
    blocks[from + at] = block;
    length++;
  }

  private void removeBlock(int at) {
    if (at < length / 2) {
      System.arraycopy(blocks, from, blocks, from + 1, at);
      blocks[from] = null;
      from++;
    } else {
      System.arraycopy(blocks, from + at + 1, blocks, from + at, length - 1 - at);
      blocks[from + length - 1] = null;
    }
    length--;
    if (length == 0) {
      blocks = NONE;
      from = 0;
    }
  }

  private void checkNotEmpty() {
    if (size == 0) {
      throw new IllegalStateException("no id");
    }
  }

  @Override
  public String toString() {
    StringJoiner all = new StringJoiner(", ", "[", "]");
    forEach(id -> all.add(Long.toString(id)));
    return all.toString();
  }
}
