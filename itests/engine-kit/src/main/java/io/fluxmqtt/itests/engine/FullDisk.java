package io.fluxmqtt.itests.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fluxmqtt.api.spi.store.EngineException;
import io.fluxmqtt.api.spi.store.KvEngine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A disk that fills up until the engine cannot write, and then gets room. Runs in the engine's
 * process, beside whose folder lies a file that takes the room.
 */
final class FullDisk {
  static final String BALLAST = "ballast";
  static final String HEALED = "healed";

  private static final long FULL_AT = 100_000;
  private static final long HEALS_WITHIN_NANOS = TimeUnit.SECONDS.toNanos(60);

  private FullDisk() {}

  static void fill(DurableEngineContract test, KvEngine engine, Path folder) throws Exception {
    long last = untilFull(engine);
    System.out.println("full after " + last);
    for (int attempt = 0; attempt < 3; attempt++) { // it stays so, and reads go on
      assertEquals(EngineException.Reason.FULL, refusal(engine, last + 1));
      assertEquals(entries(last), Entries.all(engine));
    }
    Files.delete(folder.resolveSibling(BALLAST));
    long end = System.nanoTime() + HEALS_WITHIN_NANOS;
    while (refusal(engine, last + 1) != null) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError("not healed within a minute");
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
    assertEquals(null, engine.failure());
    long more = last + 10;
    for (long number = last + 2; number <= more; number++) {
      assertEquals(null, refusal(engine, number));
    }
    assertEquals(entries(more), Entries.all(engine));
    test.close(engine);
    KvEngine reopened = test.open(folder);
    assertEquals(entries(more), Entries.all(reopened));
    test.close(reopened);
    System.out.println(HEALED);
  }

  private static long untilFull(KvEngine engine) {
    for (long number = 1; number < FULL_AT; number++) {
      if (refusal(engine, number) != null) {
        return number - 1;
      }
    }
    throw new AssertionError("the disk was never full");
  }

  /** Why an entry cannot be written; null if it was. */
  private static EngineException.@Nullable Reason refusal(KvEngine engine, long number) {
    try {
      engine.write(List.of(new KvEngine.Write(key(number), value(number))), true);
      return null;
    } catch (EngineException e) {
      return e.reason();
    } catch (IOException e) {
      throw new AssertionError("not an EngineException: " + e, e);
    }
  }

  private static List<String> entries(long last) {
    TreeMap<byte[], byte[]> model = Entries.model();
    for (long number = 1; number <= last; number++) {
      model.put(key(number), value(number));
    }
    return Entries.all(model);
  }

  private static byte[] key(long number) {
    return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
  }

  private static byte[] value(long number) {
    byte[] value = new byte[8_000];
    new Random(number).nextBytes(value);
    return value;
  }
}
