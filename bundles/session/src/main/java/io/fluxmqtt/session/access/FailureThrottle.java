package io.fluxmqtt.session.access;

import io.fluxmqtt.api.message.ReasonCode;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Slows down who guesses passwords, and hurts those as little as can be who share an address with a
 * guesser, as all devices behind one router do.
 *
 * <p>After {@code failuresMax} failed authentications from one address, with less than a minute
 * between them, the clients that failed there (user name and Client Identifier) are refused at
 * once, without asking anybody: for 1 s, and for twice as long after each further failure, up to
 * {@code delayMax}; then one is judged, and one each second. Others of the address are judged, but
 * no more than {@value #OTHERS_PER_SECOND} a second, whoever they say they are: that is how fast
 * one can guess. Who is accepted is free again. A minute without a failure ends it.
 *
 * <p>An address of IPv6 stands for its /64. Of an address, hashes of the last {@value #CLIENTS_MAX}
 * clients that failed are kept, and at most {@value #ADDRESSES_MAX} addresses. Any thread; for an
 * address without failures nothing is locked.
 */
final class FailureThrottle {
  static final int ADDRESSES_MAX = 10_000;
  static final int CLIENTS_MAX = 16;
  static final int OTHERS_PER_SECOND = 10;
  static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final int DOUBLINGS_MAX = 20;
  private static final int FAILURES_COUNTED = 1_000_000;

  private final Time time;
  private final ConcurrentMap<Network, Offender> offenders = new ConcurrentHashMap<>();
  private final Object lock = new Object();
  private long sweptAt; // guarded by lock

  FailureThrottle(Time time) {
    this.time = time;
    this.sweptAt = time.nanos() - SECOND_NANOS;
  }

  /** An address of IPv4, or the upper half of one of IPv6. */
  private record Network(boolean isV6, long bits) {
    static Network of(InetAddress address) {
      ByteBuffer bytes = ByteBuffer.wrap(address.getAddress());
      return address instanceof Inet6Address
          ? new Network(true, bytes.getLong())
          : new Network(false, bytes.getInt());
    }
  }

  /**
   * Whether a client may be judged now.
   *
   * @param socket its address, or null where there is none; then it always may
   * @param client a hash of what it says of itself
   */
  boolean admits(@Nullable InetSocketAddress socket, int client, FailureLimits limits) {
    Offender offender = offenders.isEmpty() ? null : find(socket, limits);
    return offender == null || offender.admits(client, time.nanos(), limits);
  }

  /**
   * A client was judged and refused.
   *
   * @return whether this is the failure by which it begins to be slowed down
   */
  boolean failed(@Nullable InetSocketAddress socket, int client, FailureLimits limits) {
    InetAddress address = socket == null ? null : socket.getAddress();
    if (address == null || !limits.appliesTo(address)) {
      return false;
    }
    Network network = Network.of(address);
    Offender offender = offenders.get(network);
    if (offender == null) {
      offender = add(network);
    }
    return offender.failed(client, time.nanos(), limits);
  }

  /** A client was judged and accepted. */
  void succeeded(@Nullable InetSocketAddress socket, int client, FailureLimits limits) {
    Offender offender = offenders.isEmpty() ? null : find(socket, limits);
    if (offender != null) {
      offender.succeeded(client);
    }
  }

  /** Whether a refusal says that the client is not who it says; the broker's troubles do not. */
  static boolean isFailure(ReasonCode reason) {
    return switch (reason) {
      case BAD_USER_NAME_OR_PASSWORD, NOT_AUTHORIZED, BANNED -> true;
      default -> false;
    };
  }

  int size() {
    return offenders.size();
  }

  private @Nullable Offender find(@Nullable InetSocketAddress socket, FailureLimits limits) {
    InetAddress address = socket == null ? null : socket.getAddress();
    return address == null || !limits.appliesTo(address)
        ? null
        : offenders.get(Network.of(address));
  }

  /** Makes room first: of who is quiet again, or of anybody. */
  private Offender add(Network network) {
    synchronized (lock) {
      long now = time.nanos();
      if (offenders.size() >= ADDRESSES_MAX && now - sweptAt >= SECOND_NANOS) {
        sweptAt = now;
        offenders.values().removeIf(offender -> offender.isQuiet(now));
      }
      Iterator<Offender> any = offenders.values().iterator();
      while (offenders.size() >= ADDRESSES_MAX && any.hasNext()) {
        any.next();
        any.remove();
      }
      return offenders.computeIfAbsent(network, added -> new Offender());
    }
  }

  /** An address from which authentications failed. */
  private static final class Offender {
    private final Budget others = new Budget(OTHERS_PER_SECOND);

    // All guarded by this.
    private final int[] clients = new int[CLIENTS_MAX];
    private int known; // how many of them
    private int next; // to be overwritten
    private int failures;
    private int delays;
    private long until; // clients that failed are refused
    private long quietFrom;

    synchronized boolean isQuiet(long now) {
      return failures == 0 || now - quietFrom >= QUIET_NANOS;
    }

    synchronized boolean admits(int client, long now, FailureLimits limits) {
      if (failures < limits.failuresMax() || isQuiet(now)) {
        return true;
      }
      if (indexOf(client) < 0) {
        return others.take(now);
      }
      if (now - until < 0) {
        return false;
      }
      until = now + SECOND_NANOS; // until it is known how this one ends
      return true;
    }

    synchronized boolean failed(int client, long now, FailureLimits limits) {
      if (isQuiet(now)) {
        failures = 0;
        delays = 0;
        known = 0;
        next = 0;
      }
      failures = Math.min(failures + 1, FAILURES_COUNTED);
      if (indexOf(client) < 0) {
        clients[next] = client;
        next = (next + 1) % CLIENTS_MAX;
        known = Math.min(known + 1, CLIENTS_MAX);
      }
      quietFrom = now;
      if (failures < limits.failuresMax()) {
        return false;
      }
      boolean isFirst = delays == 0;
      long delay = Math.min(limits.delayMax().toNanos(), SECOND_NANOS << delays);
      delays = Math.min(delays + 1, DOUBLINGS_MAX);
      until = now + delay;
      quietFrom = until;
      return isFirst;
    }

    synchronized void succeeded(int client) {
      int at = indexOf(client);
      if (at >= 0) {
        known--;
        clients[at] = clients[known];
        next = known;
      }
    }

    private int indexOf(int client) {
      for (int i = 0; i < known; i++) {
        if (clients[i] == client) {
          return i;
        }
      }
      return -1;
    }
  }
}
