package io.fluxmqtt.store.mvstore;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVStoreException;

/** A disk that fails when it is told to. */
final class FaultyDisk extends Disk {
  volatile boolean failsToSync;
  volatile boolean tears;
  volatile boolean isFull;

  @Override
  void write(ByteBuffer source, Consumer<ByteBuffer> file) {
    if (isFull) {
      throw failure("No space left on device");
    }
    if (tears && source.remaining() >= 3 * 4096) {
      ByteBuffer torn = ByteBuffer.allocate(source.remaining());
      torn.put(source).put(4096, new byte[torn.capacity() - 2 * 4096]);
      super.write(torn.rewind(), file);
      return;
    }
    super.write(source, file);
  }

  @Override
  void sync(Runnable file) {
    if (failsToSync) {
      throw failure("Input/output error");
    }
    super.sync(file);
  }

  private static MVStoreException failure(String text) {
    MVStoreException failure = new MVStoreException(DataUtils.ERROR_WRITING_FAILED, text);
    failure.initCause(new IOException(text));
    return failure;
  }
}
