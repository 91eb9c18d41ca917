package io.fluxmqtt.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.session.Limits;
import io.fluxmqtt.session.ListenerProfile;
import io.fluxmqtt.session.Redirect;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.local.LocalChannel;
import io.netty.channel.local.LocalIoHandler;
import io.netty.util.concurrent.Future;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Who is told to go, when connections come at the same time. */
class ClientsTest {
  private static final int ROUNDS = 1_000;
  private static final int MAX_BYTES = 1_000;
  private static final Redirect THERE = new Redirect(ReasonCode.USE_ANOTHER_SERVER, "b:1");
  private static final Redirect ELSEWHERE = new Redirect(ReasonCode.SERVER_MOVED, "c:1");

  private final Clients clients = new Clients("test");

  /** A connection that was admitted. */
  private static final class Guest<C extends Channel> {
    final C channel;
    final RecordingSessions.Recorder recorder;
    final PacketReceiver receiver;

    Guest(C channel) {
      this.channel = channel;
      ListenerProfile profile =
          new ListenerProfile("test", true, false, List.of(), MAX_BYTES, 5_000);
      NettyConnection connection =
          new NettyConnection(channel, new NettyEventLoop(channel.eventLoop()), profile);
      recorder = (RecordingSessions.Recorder) new RecordingSessions().connected(connection);
      FrameDecoder frames = new FrameDecoder(Limits.of(MAX_BYTES, 5_000), new RecentTopics());
      receiver = new PacketReceiver(connection, recorder, frames);
      channel.pipeline().addLast(frames, receiver);
    }

    List<String> told() {
      if (channel instanceof EmbeddedChannel embedded) {
        embedded.runPendingTasks();
      }
      return recorder.events.stream().filter(event -> !event.equals("closed")).toList();
    }
  }

  private static Guest<EmbeddedChannel> guest() {
    return new Guest<>(new EmbeddedChannel());
  }

  @Test
  void whoIsConnectedIsSentAwayOnce() {
    Guest<EmbeddedChannel> guest = guest();
    clients.add(guest.channel, guest.receiver, null);
    assertEquals(List.of(), guest.told());
    clients.redirect(THERE);
    clients.redirect(THERE);
    clients.redirect(ELSEWHERE);
    assertEquals(List.of("redirect b:1"), guest.told());
    assertTrue(!guest.channel.isOpen());
  }

  @Test
  void whoWasAcceptedJustBeforeIsSentAwayToo() {
    clients.redirect(THERE);
    Guest<EmbeddedChannel> guest = guest();
    clients.add(guest.channel, guest.receiver, null);
    assertEquals(List.of("redirect b:1"), guest.told());
  }

  @Test
  void whoIsToldInConnackIsLeftToThat() {
    clients.redirect(THERE);
    Guest<EmbeddedChannel> guest = guest();
    clients.add(guest.channel, guest.receiver, THERE);
    assertEquals(List.of(), guest.told());
    assertTrue(guest.channel.isOpen());
  }

  @Test
  void whoComesAfterItWasSwitchedOffIsLetIn() {
    clients.redirect(THERE);
    clients.redirect(null);
    Guest<EmbeddedChannel> guest = guest();
    clients.add(guest.channel, guest.receiver, null);
    assertEquals(List.of(), guest.told());
    clients.redirect(ELSEWHERE);
    assertEquals(List.of("redirect c:1"), guest.told());
  }

  @Test
  void whoComesAfterTheEndIsToldThatInstead() {
    clients.redirect(THERE);
    clients.disconnectAll();
    Guest<EmbeddedChannel> guest = guest();
    clients.add(guest.channel, guest.receiver, null);
    assertEquals(List.of("disconnect SERVER_SHUTTING_DOWN"), guest.told());
  }

  @Test
  void nobodySlipsThroughBetweenAcceptAndRedirection() throws Exception {
    EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, LocalIoHandler.newFactory());
    try {
      for (int round = 0; round < ROUNDS; round++) {
        Clients contended = new Clients("test");
        LocalChannel channel = new LocalChannel();
        group.register(channel).sync();
        Guest<LocalChannel> guest = new Guest<>(channel);
        CyclicBarrier start = new CyclicBarrier(2);
        Future<?> accepted =
            channel
                .eventLoop()
                .submit(
                    () -> {
                      await(start);
                      contended.add(channel, guest.receiver, null);
                    });
        await(start);
        contended.redirect(THERE);
        accepted.sync();
        channel.eventLoop().submit(() -> {}).sync(); // what was handed to the loop is done
        // Perhaps by both; a channel that is not connected does not notice that it was closed.
        assertEquals(Set.of("redirect b:1"), Set.copyOf(guest.told()), "round " + round);
      }
    } finally {
      group.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
    }
  }

  private static void await(CyclicBarrier barrier) {
    try {
      barrier.await();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
