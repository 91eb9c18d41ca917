package io.fluxmqtt.transport;

import io.fluxmqtt.api.admin.Listener;
import io.fluxmqtt.api.admin.ListenerInfo;
import io.fluxmqtt.api.admin.ListenerInfo.State;
import io.fluxmqtt.session.ListenerProfile;
import io.fluxmqtt.session.Redirect;
import io.fluxmqtt.session.SessionManager;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One listener for as long as its configuration is there. It holds what is wanted and what is live,
 * and moves the second to the first: at once where it can, else it says once why not and tries
 * again by itself, while what is live stays.
 *
 * <p>All moves are made on the transport's control thread, so none overlaps another. Whoever closes
 * from elsewhere marks this as closed first and looks for a socket second; a move publishes its
 * socket first and looks for the mark second; so one of them closes it.
 */
final class TcpListener implements Listener {
  private static final Logger LOG = LoggerFactory.getLogger(TcpListener.class);

  private static final long RELEASE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private record Status(State state, String uri, @Nullable String problem) {}

  private interface Opening {
    Acceptor open() throws IOException;
  }

  private final String name;
  private final Transport transport;
  private final SessionManager sessions;
  private final Clients clients;
  private final TlsKeeper tls;
  private volatile ListenerSettings wanted;
  private volatile ListenerProfile profile;
  private volatile Status status;
  private volatile @Nullable Acceptor acceptor;
  private volatile boolean closed;
  // owned by the control thread
  private Runnable cancelRetry = () -> {};

  TcpListener(ListenerSettings settings, Transport transport, SessionManager sessions) {
    this.name = settings.name();
    this.transport = transport;
    this.sessions = sessions;
    this.clients = new Clients(name);
    this.wanted = settings;
    this.profile = settings.terms().reachable(false);
    this.tls = new TlsKeeper(name, transport.tlsWorkers(), clients.turnedAway(), Clock.systemUTC());
    this.status = new Status(State.RETRYING, settings.uri(), null);
  }

  /** Opens; returns when the first attempt has ended, however it did. */
  void start() {
    transport.add(this);
    transport.apply(this::reconcile);
  }

  /** Changes to other settings; returns as {@link #start} does. */
  void update(ListenerSettings settings) {
    wanted = settings;
    transport.apply(this::reconcile);
  }

  /** Gives the port back and has this listener's clients told. */
  void close() {
    closed = true;
    transport.remove(this);
    Acceptor live = acceptor;
    if (live != null) {
      live.close();
      LOG.info("listener {}: closed {}", name, live.uri());
    }
    clients.disconnectAll();
    transport.portReleased();
  }

  @Override
  public ListenerInfo info() {
    Status now = status;
    Acceptor live = acceptor;
    boolean encrypted = live != null && live.door().terms().settings().tls() != null;
    String problem = now.problem();
    return new ListenerInfo(
        name,
        now.uri(),
        now.state(),
        problem == null && encrypted ? tls.problem() : problem,
        clients.count(),
        note(profile),
        encrypted ? tls.expires() : null,
        clients.turnedAway().counts(),
        clients.pauses().get());
  }

  private String note(ListenerProfile live) {
    Redirect redirect = live.redirect();
    String note = sessions.accessNote(live);
    String turnedAway = clients.turnedAway().note();
    if (!turnedAway.isEmpty()) {
      note += ", " + turnedAway;
    }
    long pauses = clients.pauses().get();
    if (pauses > 0) {
      note += ", " + pauses + " times a client sent too fast and had to wait";
    }
    if (redirect == null) {
      return note;
    }
    String to = redirect.serverReference();
    return note + ", sends clients " + (to == null ? "away" : "to " + Text.quote(to));
  }

  String name() {
    return name;
  }

  /** Whether its server socket stands in the way of an address. */
  boolean holds(BindAddress address) {
    Acceptor live = acceptor;
    return live != null && live.address().overlaps(address);
  }

  /** Whether it waits for an address. */
  boolean isWaiting() {
    return status.state() == State.RETRYING;
  }

  /** Looks whether files have changed that it is made of. On the control thread. */
  void look() {
    TlsSettings settings = wanted.tls();
    if (settings != null && !closed && tls.isDue(settings)) {
      reconcile();
    }
  }

  /** Moves what is live to what is wanted. On the control thread. */
  void reconcile() {
    cancelRetry.run();
    if (closed) {
      return;
    }
    ListenerSettings settings = wanted;
    try {
      BindAddress address = BindAddress.of(settings);
      ListenerProfile asked = settings.profile(address);
      Optional<String> refusal = sessions.refusal(asked);
      if (refusal.isPresent()) {
        refused(settings, asked, refusal.get());
      } else {
        move(settings, address, asked);
      }
    } catch (IOException e) {
      retry(settings, BindProblem.describe(settings, e));
    } catch (TlsProblem e) {
      unusable(settings, String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      retry(settings, "unexpected " + e);
    }
  }

  private void move(ListenerSettings settings, BindAddress address, ListenerProfile asked)
      throws TlsProblem {
    List<Layer> layers = layers(settings);
    Door.Terms terms = new Door.Terms(settings, asked, layers);
    if (asked.redirect() == null) {
      clients.redirect(null); // before the door lets anybody in, who would be sent away
    }
    Acceptor live = acceptor;
    if (live != null && live.door().terms().settings().hasSameSocketAs(settings)) {
      live.door().change(terms);
      listening(live, asked);
      return;
    }
    Door door = new Door(sessions, transport.loops(), clients, terms);
    try {
      Acceptor fresh = replace(live, address, door);
      acceptor = fresh;
      if (closed) {
        fresh.close();
        return;
      }
      listening(fresh, asked);
      if (live != null) {
        transport.portReleased();
      }
    } catch (IOException e) {
      retry(settings, BindProblem.describe(settings, e, transport.holderOf(address, this)));
    }
  }

  /** What its connections go through, the outermost first. */
  private List<Layer> layers(ListenerSettings settings) throws TlsProblem {
    TlsSettings encryption = settings.tls();
    List<Layer> layers = new ArrayList<>();
    if (settings.proxy().isOn()) {
      layers.add(
          new ProxyLayer(
              settings.proxy().protocol(),
              settings.admission().addressesAllowed(),
              clients.turnedAway()));
    }
    if (encryption != null) {
      layers.add(tls.layer(encryption));
    }
    if (settings.type().isWeb()) {
      layers.add(new WebSocketLayer(settings.web(), clients.turnedAway()));
    }
    return layers;
  }

  /** Binds first and closes second, save where the old socket itself stands in the way. */
  private Acceptor replace(@Nullable Acceptor live, BindAddress address, Door door)
      throws IOException {
    int backlog = door.terms().settings().backlog();
    try {
      Acceptor fresh = Acceptor.open(transport.loops(), name, address, backlog, door);
      if (live != null) {
        live.close();
      }
      return fresh;
    } catch (IOException e) {
      if (live == null || !live.address().overlaps(address)) {
        throw e;
      }
    }
    live.close();
    try {
      return patiently(() -> Acceptor.open(transport.loops(), name, address, backlog, door));
    } catch (IOException e) {
      acceptor = null;
      acceptor = patiently(() -> live.reopen(transport.loops(), name));
      throw e;
    }
  }

  /** Binds where a socket of ours was just closed: NIO lets go of a port at its next select. */
  private static Acceptor patiently(Opening opening) throws IOException {
    long deadline = System.nanoTime() + RELEASE_NANOS;
    while (true) {
      try {
        return opening.open();
      } catch (IOException e) {
        if (System.nanoTime() - deadline > 0) {
          throw e;
        }
        LockSupport.parkNanos(RELEASE_NANOS / 20);
      }
    }
  }

  private void listening(Acceptor live, ListenerProfile asked) {
    String uri = live.uri();
    Status before = status;
    profile = asked;
    status = new Status(State.LISTENING, uri, null);
    if (asked.redirect() != null) {
      clients.redirect(asked.redirect()); // last: the door knows of it already
    }
    if (before.state() != State.LISTENING || !before.uri().equals(uri)) {
      LOG.info("listener {}: listening on {} ({})", name, uri, sessions.accessNote(asked));
    }
  }

  private void refused(ListenerSettings settings, ListenerProfile asked, String why) {
    Acceptor live = acceptor;
    String stays = whatStays();
    if (live == null) {
      profile = asked;
    } else if (live.door().terms().settings().hasSameSocketAs(settings)) {
      // What policy refuses here it refuses each new client; the old terms would let it in.
      Door.Terms before = live.door().terms();
      live.door().change(new Door.Terms(before.settings(), asked, before.layers()));
      profile = asked;
      stays = "; " + live.uri() + " stays open, but refuses such clients";
    }
    if (stuck(State.REFUSED, settings, why)) {
      LOG.error("listener {}: {} refused: {}{}", name, settings.uri(), why, stays);
    }
  }

  /** Its files cannot be used; they are looked at again. Nothing is loosened by half a change. */
  private void unusable(ListenerSettings settings, String why) {
    if (stuck(State.REFUSED, settings, why)) {
      LOG.error("listener {}: {} not opened: {}{}", name, settings.uri(), why, whatStays());
    }
  }

  private void retry(ListenerSettings settings, String why) {
    if (stuck(State.RETRYING, settings, why)) {
      LOG.warn(
          "listener {}: cannot listen on {}, retrying: {}{}",
          name,
          settings.uri(),
          why,
          whatStays());
    }
  }

  /** Notes why it cannot go on, to try again later; whether that is news. */
  private boolean stuck(State state, ListenerSettings settings, String why) {
    Acceptor live = acceptor;
    Status before = status;
    status = new Status(state, live == null ? settings.uri() : live.uri(), why);
    if (closed) {
      return false;
    }
    cancelRetry = transport.later(this::reconcile);
    return !status.equals(before);
  }

  private String whatStays() {
    Acceptor live = acceptor;
    return live == null ? "" : "; " + live.uri() + " stays open as it was";
  }
}
