package io.fluxmqtt.store.mvstore;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.h2.mvstore.MVStoreException;
import org.h2.mvstore.WriteBuffer;
import org.h2.mvstore.type.BasicDataType;

/** Values with their checksums. */
final class EntryType extends BasicDataType<Entry> {
  private static final int OVERHEAD = 48;

  private final boolean lenient;

  /** Values; {@code lenient} reads of a damaged page what can be read. */
  EntryType(boolean lenient) {
    this.lenient = lenient;
  }

  @Override
  public int getMemory(Entry entry) {
    return OVERHEAD + entry.value().length;
  }

  @Override
  public void write(WriteBuffer buffer, Entry entry) {
    buffer.putInt(entry.checksum()).putVarInt(entry.value().length).put(entry.value());
  }

  @Override
  public Entry read(ByteBuffer buffer) {
    int checksum = buffer.getInt();
    return new Entry(KeyType.readBytes(buffer), checksum);
  }

  @Override
  public void read(ByteBuffer buffer, Object storage, int length) {
    Entry[] entries = cast(storage);
    for (int i = 0; i < length; i++) {
      try {
        entries[i] = read(buffer);
      } catch (MVStoreException | BufferUnderflowException e) {
        if (!lenient) {
          throw e;
        }
        Arrays.fill(entries, i, length, Entry.UNREADABLE);
        return;
      }
    }
  }

  @Override
  public Entry[] createStorage(int size) {
    return new Entry[size];
  }
}
