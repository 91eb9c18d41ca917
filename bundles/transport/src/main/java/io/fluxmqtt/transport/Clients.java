package io.fluxmqtt.transport;

import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.session.Redirect;
import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The open connections of one listener, whichever of its sockets they came through. */
final class Clients {
  private static final Logger LOG = LoggerFactory.getLogger(Clients.class);
  private static final long TELL_MILLIS = 200;
  private static final long LEAVE_MILLIS = 250;

  private final String listener;
  private final AtomicInteger count = new AtomicInteger();
  private final Map<Channel, PacketReceiver> open = new ConcurrentHashMap<>();
  private final TurnedAway turnedAway;
  private final AtomicLong pauses = new AtomicLong();
  private final ConnectionRate rate = new ConnectionRate(System.nanoTime());
  private volatile boolean closed;
  private volatile @Nullable Redirect redirect;

  Clients(String listener) {
    this.listener = listener;
    this.turnedAway = new TurnedAway(listener);
  }

  /** Who else was not let in. */
  TurnedAway turnedAway() {
    return turnedAway;
  }

  /** How often reading was paused to keep one of them to its rates. */
  AtomicLong pauses() {
    return pauses;
  }

  int count() {
    return count.get();
  }

  /** Counts a connection until it closes, if it may be here. */
  boolean admit(Channel channel, ListenerSettings settings) {
    Admission admission = settings.admission();
    boolean proxied = settings.proxy().isOn();
    AddressRanges from = proxied ? settings.proxy().trusted() : admission.addressesAllowed();
    InetSocketAddress address = channel.remoteAddress() instanceof InetSocketAddress ip ? ip : null;
    if ((proxied || !from.isEmpty()) && !from.contains(address)) {
      turnedAway.count(proxied ? "proxyTrusted" : "addressesAllowed", String.valueOf(address));
      return false;
    }
    int perSecond = admission.connectionsPerSecondMax();
    if (!rate.permits(perSecond, System.nanoTime())) {
      turnedAway.count("connectionsPerSecondMax", "%d have come".formatted(perSecond));
      return false;
    }
    return admit(channel, admission.connectionsMax());
  }

  private boolean admit(Channel channel, int max) {
    if (count.incrementAndGet() > max) {
      count.decrementAndGet();
      turnedAway.count("connectionsMax", "%d are open".formatted(max));
      return false;
    }
    channel.closeFuture().addListener(done -> gone(channel));
    return true;
  }

  private void gone(Channel channel) {
    open.remove(channel);
    count.decrementAndGet();
  }

  /**
   * Notes an admitted connection so that it can be told of the end. On its loop.
   *
   * @param known the redirection that its CONNECT will be answered with
   */
  void add(Channel channel, PacketReceiver receiver, @Nullable Redirect known) {
    open.put(channel, receiver);
    if (!channel.isOpen()) { // it was turned away at once
      open.remove(channel);
      return;
    }
    if (closed) {
      receiver.disconnect(ReasonCode.SERVER_SHUTTING_DOWN);
      return;
    }
    Redirect now = redirect;
    if (now != null && known == null) { // it was accepted just before
      receiver.redirect(now);
    }
  }

  /**
   * Sends all clients elsewhere that were let in without being told so, now and those that are just
   * being accepted. What was begun goes on by itself.
   *
   * @param target where to, or null to let clients in again
   */
  void redirect(@Nullable Redirect target) {
    boolean begins = redirect == null && target != null;
    redirect = target;
    if (begins) {
      open.forEach(
          (channel, receiver) -> channel.eventLoop().execute(() -> receiver.redirect(target)));
    }
  }

  /**
   * Tells all clients on their loops that it is over, waits until that is done, but not for long,
   * and sees to it that all sockets close soon after.
   */
  void disconnectAll() {
    closed = true;
    Map<Channel, PacketReceiver> leaving = Map.copyOf(open);
    CountDownLatch told = new CountDownLatch(leaving.size());
    leaving.forEach((channel, receiver) -> tell(channel, receiver, told));
    try {
      if (!told.await(TELL_MILLIS, TimeUnit.MILLISECONDS)) {
        LOG.warn("listener {}: {} clients could not be told in time", listener, told.getCount());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void tell(Channel channel, PacketReceiver receiver, CountDownLatch told) {
    try {
      channel
          .eventLoop()
          .execute(
              () -> {
                receiver.disconnect(ReasonCode.SERVER_SHUTTING_DOWN);
                told.countDown();
              });
      channel.eventLoop().schedule(receiver::abort, LEAVE_MILLIS, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) { // its loop has ended, and so has the connection
      told.countDown();
    }
  }
}
