package io.fluxmqtt.itests.bench.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A broker that does wrong is found out. */
class LossTest {
  private static final int MESSAGES = 5_000;
  private static final Duration STILL = Duration.ofSeconds(5);

  private ServerSocket door;

  /** Passes on each message as often as a rule says of its number; then closes if told to. */
  private Generator generator(IntUnaryOperator copies, int closeAfter) throws IOException {
    door = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
    Thread broker = new Thread(() -> serve(copies, closeAfter));
    broker.setDaemon(true);
    broker.start();
    InetSocketAddress address = new InetSocketAddress("127.0.0.1", door.getLocalPort());
    Generator generator = new Generator(address, 2);
    generator.subscriber(List.of("a"), 0);
    generator.publisher(
        new Generator.Messages(List.of("a"), 0, false, 64), 1, new Publisher.Window(100, 1_000));
    return generator;
  }

  private void serve(IntUnaryOperator copies, int closeAfter) {
    try (Socket subscriber = door.accept()) {
      answer(subscriber, 0x20, 0, 0);
      answer(subscriber, 0x90, 0, 1, 0);
      try (Socket publisher = door.accept()) {
        answer(publisher, 0x20, 0, 0);
        OutputStream out = subscriber.getOutputStream();
        for (int i = 0; i < closeAfter; i++) {
          byte[] message = packet(publisher.getInputStream());
          for (int copy = 0; copy < copies.applyAsInt(i); copy++) {
            out.write(message);
          }
        }
      }
    } catch (IOException e) {
      // The generator has gone.
    }
  }

  private static void answer(Socket client, int first, int... body) throws IOException {
    packet(client.getInputStream());
    byte[] answer = new byte[2 + body.length];
    answer[0] = (byte) first;
    answer[1] = (byte) body.length;
    for (int i = 0; i < body.length; i++) {
      answer[2 + i] = (byte) body[i];
    }
    client.getOutputStream().write(answer);
  }

  /** A packet of less than 128 bytes. */
  private static byte[] packet(InputStream in) throws IOException {
    byte[] head = in.readNBytes(2);
    if (head.length < 2) {
      throw new IOException("closed");
    }
    byte[] packet = Arrays.copyOf(head, 2 + head[1]);
    System.arraycopy(in.readNBytes(head[1]), 0, packet, 2, head[1]);
    return packet;
  }

  @AfterEach
  void close() throws IOException {
    door.close();
  }

  @Test
  void allIsCountedWhereNothingIsWrong() throws Exception {
    try (Generator generator = generator(number -> 1, Integer.MAX_VALUE)) {
      generator.pace(Pace.upTo(MESSAGES));
      assertTrue(generator.awaitUnlessStill(() -> generator.count().arrived() == MESSAGES, STILL));
      assertEquals(0, generator.count().missing());
      assertEquals(0, generator.wrongs());
    }
  }

  @Test
  void aLostMessageIsMissingAndDoesNotStopThePublisher() throws Exception {
    try (Generator generator = generator(number -> number % 2, Integer.MAX_VALUE)) {
      generator.pace(Pace.upTo(MESSAGES));
      assertTrue(
          generator.awaitUnlessStill(() -> generator.count().arrived() == MESSAGES / 2, STILL));
      assertEquals(MESSAGES, generator.publishers().get(0).sent());
      assertEquals(MESSAGES / 2, generator.count().missing());
      assertEquals(0, generator.wrongs());
    }
  }

  @Test
  void aDoubledMessageIsWrongAndCountsOnce() throws Exception {
    try (Generator generator = generator(number -> number == 7 ? 3 : 1, Integer.MAX_VALUE)) {
      generator.pace(Pace.upTo(MESSAGES));
      assertTrue(generator.awaitUnlessStill(() -> generator.count().arrived() == MESSAGES, STILL));
      assertEquals(2, generator.wrongs());
    }
  }

  @Test
  void aConnectionThatEndsSpoilsTheMeasurement() throws Exception {
    try (Generator generator = generator(number -> 1, 10)) {
      generator.pace(Pace.upTo(MESSAGES));
      assertThrows(IOException.class, () -> generator.runUntil(() -> false));
    }
  }

  @Test
  void latencyIsMeasuredByTheClockOnly() throws Exception {
    Generator generator = generator(number -> 1, Integer.MAX_VALUE);
    try (generator) {
      generator.pace(Pace.upTo(100));
      assertTrue(generator.awaitUnlessStill(() -> generator.count().arrived() == 100, STILL));
      generator.pace(Pace.open(1_000, System.nanoTime()));
      generator.runUntil(() -> generator.count().arrived() > 100);
      generator.pace(Pace.STOPPED);
    }
    long stamped = generator.latency().count();
    assertEquals(generator.count().arrived() - 100, stamped);
  }
}
