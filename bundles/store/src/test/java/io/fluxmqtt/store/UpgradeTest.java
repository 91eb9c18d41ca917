package io.fluxmqtt.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.spi.store.EngineException;
import io.fluxmqtt.api.spi.store.EngineException.Reason;
import io.fluxmqtt.api.spi.store.KvEngine;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** By two steps that were invented for it: format 2 doubles a number, format 3 moves it. */
final class UpgradeTest {
  private static final byte[] OLD = Keys.meta("old");
  private static final byte[] NEW = Keys.meta("new");
  private static final Upgrade TO_THREE =
      new Upgrade(
          List.of(
              (changes, engine) ->
                  changes.add(new KvEngine.Write(OLD, Records.number(2 * number(engine, OLD)))),
              (changes, engine) -> {
                changes.add(new KvEngine.Write(NEW, engine.get(OLD)));
                changes.add(new KvEngine.Write(OLD, null));
              }));

  private final HeapEngine engine = new HeapEngine();

  @Test
  void eachStepIsOneBatchWithTheNoteOfItsFormat() throws Exception {
    engine.put(OLD, Records.number(21));
    TO_THREE.run(engine, 1);
    assertEquals(2, engine.batches().size());
    assertEquals(42, number(engine, NEW));
    assertEquals(3, format());
  }

  @Test
  void cutBetweenTwoStepsItGoesOnWithTheSecond() throws Exception {
    engine.put(OLD, Records.number(21));
    Upgrade toTwo = new Upgrade(TO_THREE.steps().subList(0, 1));
    toTwo.run(engine, 1);
    assertEquals(2, format());
    TO_THREE.run(engine, format());
    assertEquals(42, number(engine, NEW));
  }

  @Test
  void dataOfThisFormatAreLeftAsTheyAre() throws Exception {
    TO_THREE.run(engine, 3);
    assertEquals(List.of(), engine.batches());
  }

  @Test
  void stepThatFailsLeavesTheOldFormat() throws Exception {
    engine.put(OLD, Records.number(21));
    engine.write(List.of(StoreHeader.formatMark(1)), true);
    engine.failWith(new IOException("the disk fails"));
    assertThrows(IOException.class, () -> TO_THREE.run(engine, 1));
    engine.failWith(null);
    assertEquals(1, format());
    assertEquals(21, number(engine, OLD));
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 0, 4, Long.MAX_VALUE})
  void otherFormatsAreRefusedUntouched(long format) {
    EngineException refusal =
        assertThrows(EngineException.class, () -> TO_THREE.run(engine, format));
    assertEquals(Reason.NEWER, refusal.reason());
    assertTrue(refusal.getMessage().contains("format " + format + ", this version reads 3"));
    assertEquals(List.of(), engine.batches());
  }

  @Test
  void storeRefusesALaterFormatUntouched() throws Exception {
    try (Store store = Store.open(engine)) {
      assertTrue(store.sessions().newSessionNumber() > 0);
    }
    engine.write(List.of(StoreHeader.formatMark(StoreHeader.FORMAT_VERSION + 1)), true);
    Map<byte[], byte[]> before = engine.entries(Table.META.all());
    int batches = engine.batches().size();
    assertThrows(EngineException.class, () -> Store.open(engine));
    assertEquals(batches, engine.batches().size());
    before.forEach(
        (key, value) -> assertArrayEquals(value, engine.entries(Table.META.all()).get(key)));
  }

  @Test
  void theFormatInUseIsTheOneAfterAllSteps() {
    assertEquals(StoreHeader.FORMAT_VERSION, Upgrade.CURRENT.version());
  }

  private long format() throws IOException {
    return number(engine, Keys.meta("format"));
  }

  private static long number(KvEngine from, byte[] key) throws IOException {
    try {
      return Records.number(from.get(key));
    } catch (DamagedRecordException e) {
      throw new IOException(e);
    }
  }
}
