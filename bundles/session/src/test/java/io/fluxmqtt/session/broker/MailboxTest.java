package io.fluxmqtt.session.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class MailboxTest {
  private static final class Numbered extends Mail {
    final int producer;
    final int number;

    Numbered(int producer, int number) {
      this.producer = producer;
      this.number = number;
    }

    @Override
    int bytes() {
      return 3;
    }
  }

  @Test
  void firstOfferGetsTheTokenAndSettlingGivesItBack() {
    Mailbox box = new Mailbox();
    Mail first = new Numbered(0, 0);
    Mail second = new Numbered(0, 1);
    assertNull(box.poll());
    assertTrue(box.offer(first));
    assertFalse(box.offer(second));
    assertEquals(6, box.pendingBytes());
    assertSame(first, box.poll());
    assertTrue(box.settle(1, 3));
    assertSame(second, box.poll());
    assertNull(box.poll());
    assertFalse(box.settle(1, 3));
    assertEquals(0, box.pendingBytes());
    assertTrue(box.offer(new Numbered(0, 2)));
  }

  @RepeatedTest(20)
  void nothingIsLostOrReorderedAmongManyProducersAndMovingConsumers() throws Exception {
    int producers = 4;
    int each = 50_000;
    Mailbox box = new Mailbox();
    int[] next = new int[producers]; // guarded by the token
    AtomicBoolean inside = new AtomicBoolean();
    List<String> faults = new ArrayList<>();
    CountDownLatch all = new CountDownLatch(producers * each);
    ExecutorService consumers = Executors.newFixedThreadPool(2); // the token moves between them
    Runnable[] drain = new Runnable[1];
    drain[0] =
        () -> {
          if (!inside.compareAndSet(false, true)) {
            synchronized (faults) {
              faults.add("two consumers at once");
            }
          }
          int count = 0;
          for (Mail mail = box.poll(); mail != null && count < 256; mail = box.poll()) {
            Numbered numbered = (Numbered) mail;
            if (next[numbered.producer]++ != numbered.number) {
              synchronized (faults) {
                faults.add("out of order");
              }
            }
            count++;
            all.countDown();
            if (count == 256) {
              break;
            }
          }
          inside.set(false);
          if (box.settle(count, 3L * count)) {
            consumers.execute(drain[0]);
          }
        };
    List<Thread> threads = new ArrayList<>();
    for (int p = 0; p < producers; p++) {
      int producer = p;
      Thread thread =
          new Thread(
              () -> {
                for (int i = 0; i < each; i++) {
                  if (box.offer(new Numbered(producer, i))) {
                    consumers.execute(drain[0]);
                  }
                }
              });
      threads.add(thread);
      thread.start();
    }
    assertTrue(all.await(60, TimeUnit.SECONDS), all.getCount() + " mails are missing");
    for (Thread thread : threads) {
      thread.join();
    }
    consumers.shutdown();
    assertTrue(consumers.awaitTermination(10, TimeUnit.SECONDS));
    assertEquals(List.of(), faults);
    assertEquals(0, box.pendingBytes());
  }
}
