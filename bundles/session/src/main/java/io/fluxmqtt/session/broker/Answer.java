package io.fluxmqtt.session.broker;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An answer that comes before the question returns, on the asker's thread, or later on any thread.
 * Given exactly once.
 */
final class Answer<T> {
  private final Thread asker = Thread.currentThread();
  private final Consumer<T> later;
  private @Nullable T now; // as the next one, of the asker's thread only
  private boolean asked;

  /**
   * Made by the asker, right before the question.
   *
   * @param later takes an answer that comes after {@link #now}
   */
  Answer(Consumer<T> later) {
    this.later = later;
  }

  void give(T value) {
    if (Thread.currentThread() == asker && !asked) {
      now = value;
    } else {
      later.accept(value);
    }
  }

  /** The answer if it was there at once; asked for once, when the question has returned. */
  @Nullable T now() {
    asked = true;
    return now;
  }
}
