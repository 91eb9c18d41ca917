package io.fluxmqtt.store.mvstore;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** What passes on the way to the disk, counted. A test may stand in the way. */
class Disk {
  private final AtomicLong written = new AtomicLong();

  /** Bytes that were written, by all files. */
  final long written() {
    return written.get();
  }

  /** Writes what remains of a buffer. */
  void write(ByteBuffer source, Consumer<ByteBuffer> file) {
    int length = source.remaining();
    file.accept(source);
    written.addAndGet(length);
  }

  /** Syncs. */
  void sync(Runnable file) {
    file.run();
  }
}
