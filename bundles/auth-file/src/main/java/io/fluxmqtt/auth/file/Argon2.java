package io.fluxmqtt.auth.file;

import java.util.concurrent.CancellationException;
import java.util.concurrent.Semaphore;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;

/**
 * All that touches Bouncy Castle, whose packages may be missing; then nothing here can be used.
 * Those who hash at once take at most half of the heap that this JVM may have; more wait.
 */
final class Argon2 {
  private static final int HEAP_KIB =
      (int) Math.min(Integer.MAX_VALUE, Runtime.getRuntime().maxMemory() >> 11);
  private static final Semaphore FREE_KIB = new Semaphore(HEAP_KIB, true);

  private Argon2() {}

  /** The largest hash that there is memory for. */
  static int memoryMaxKib() {
    return HEAP_KIB;
  }

  static boolean isThere() {
    return new Argon2BytesGenerator().getClass() == Argon2BytesGenerator.class;
  }

  static byte[] derive(byte[] password, byte[] salt, Argon2Hash.Cost cost, int bytes) {
    try {
      FREE_KIB.acquire(cost.memoryKib());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted while waiting for memory to hash");
    }
    try {
      return hash(password, salt, cost, bytes);
    } finally {
      FREE_KIB.release(cost.memoryKib());
    }
  }

  private static byte[] hash(byte[] password, byte[] salt, Argon2Hash.Cost cost, int bytes) {
    Argon2BytesGenerator generator = new Argon2BytesGenerator();
    generator.init(
        new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
            .withVersion(Argon2Parameters.ARGON2_VERSION_13)
            .withMemoryAsKB(cost.memoryKib())
            .withIterations(cost.passes())
            .withParallelism(cost.lanes())
            .withSalt(salt)
            .build());
    byte[] hash = new byte[bytes];
    generator.generateBytes(password, hash);
    return hash;
  }
}
