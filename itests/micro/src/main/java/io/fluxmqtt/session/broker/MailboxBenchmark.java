package io.fluxmqtt.session.broker;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Group;
import org.openjdk.jmh.annotations.GroupThreads;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Control;

/** Mail to one session and out of its box again, a hundred at a time. */
@State(Scope.Group)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class MailboxBenchmark {
  private static final int MAILS = 100;
  private static final int MAIL_BYTES = 128;

  /** Where publishers pause, as the broker has them do; a box of its own would grow for ever. */
  private static final int FULL_BYTES = 1 << 20;

  private static final class Letter extends Mail {
    @Override
    int bytes() {
      return MAIL_BYTES;
    }
  }

  private final Mailbox box = new Mailbox();

  /** A publisher and its receiver on the same loop. */
  @Benchmark
  @Group("alone")
  @OperationsPerInvocation(MAILS)
  public int offerAndDrain() {
    offer();
    int taken = drain();
    if (taken != MAILS) {
      throw new IllegalStateException(taken + " of " + MAILS + " came out");
    }
    return taken;
  }

  /** One of two publishers on loops of their own. */
  @Benchmark
  @Group("several")
  @GroupThreads(2)
  @OperationsPerInvocation(MAILS)
  public void offer(Control control) {
    while (box.pendingBytes() > FULL_BYTES && !control.stopMeasurement) {
      Thread.onSpinWait();
    }
    offer();
  }

  /** Their receiver; takes what there is. */
  @Benchmark
  @Group("several")
  public int drain() {
    int taken = 0;
    for (Mail mail = box.poll(); mail != null; mail = taken < MAILS ? box.poll() : null) {
      taken++;
    }
    if (taken > 0) {
      box.settle(taken, (long) taken * MAIL_BYTES);
    }
    return taken;
  }

  private void offer() {
    for (int i = 0; i < MAILS; i++) {
      box.offer(new Letter());
    }
  }
}
