package io.fluxmqtt.session.access;

import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.spi.access.Access;
import io.fluxmqtt.api.spi.access.Authorizer;
import io.fluxmqtt.api.spi.access.Client;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What policy has said of the PUBLISH packets of one connection, by topic, QoS and RETAIN. Most
 * clients publish to few topics, and asking the authorizers costs more than the rest of the way of
 * a small message through the session manager.
 *
 * <p>A verdict never outlives what it rests on. It counts only in the epoch of the policy that was
 * read <em>before</em> the authorizers were asked, and for the very same {@link Client}. It is kept
 * only if all who were asked are inline and have promised by {@link Authorizer#REVISION} that their
 * registration changes before an answer does; such a change is an epoch, as are a service that
 * comes or goes and a new configuration. What comes of a failure, a deadline or an absence is never
 * kept, nor is what an authorizer says that promises nothing.
 *
 * <p>Bounded: at most 16 topics of at most 256 characters, one cell each; nothing before the first.
 * Owned by the connection's loop.
 */
public final class PublishVerdicts implements AccessControl.Keeper {
  private static final int TOPICS_MAX = 16;
  private static final int TOPIC_CHARS_MAX = 256;
  private static final Kept[] NONE = new Kept[0];

  private final AccessControl control;
  private Kept[] cells = NONE; // a power of two, or none
  private long epoch; // of all that is kept
  private @Nullable Client client; // likewise

  private record Kept(String topic, int kind, Verdict verdict) {
    boolean is(String otherTopic, int otherKind) {
      return kind == otherKind && topic.equals(otherTopic);
    }
  }

  /** Nothing is known yet. */
  public PublishVerdicts(AccessControl control) {
    this.control = control;
  }

  /** The verdict that holds under the present policy, or null if it must be asked for. */
  @SuppressWarnings("ReferenceEquality") // who authenticates anew is another client
  public @Nullable Verdict known(Client asking, String topic, QoS qos, boolean retain) {
    if (cells.length == 0 || epoch != control.epoch() || client != asking) {
      return null;
    }
    int kind = kind(qos, retain);
    Kept kept = cells[cell(cells, topic, kind)];
    return kept != null && kept.is(topic, kind) ? kept.verdict : null;
  }

  /** Asks, as {@link AccessControl#decide}; what may be kept is known from then on. */
  public @Nullable Verdict ask(Client asking, Access.Publish access, Consumer<Verdict> later) {
    return control.decide(asking, access, later, this);
  }

  @Override
  @SuppressWarnings("ReferenceEquality")
  public void keep(long asked, Client asking, Access wish, Verdict verdict) {
    if (!(wish instanceof Access.Publish access) || access.topic().length() > TOPIC_CHARS_MAX) {
      return;
    }
    if (cells.length == 0 || epoch != asked || client != asking) {
      cells = new Kept[1];
      epoch = asked;
      client = asking;
    }
    Kept fresh = new Kept(access.topic(), kind(access.qos(), access.retain()), verdict);
    Kept there = put(cells, fresh);
    if (there != null && !there.is(fresh.topic, fresh.kind) && cells.length < TOPICS_MAX) {
      grow(there);
    }
  }

  /** Doubles the cells, and finds a new one for what has just lost its own. */
  private void grow(Kept displaced) {
    Kept[] more = new Kept[cells.length * 2];
    for (Kept kept : cells) {
      if (kept != null) {
        put(more, kept);
      }
    }
    int at = cell(more, displaced.topic, displaced.kind);
    if (more[at] == null) {
      more[at] = displaced;
    }
    cells = more;
  }

  private static @Nullable Kept put(Kept[] cells, Kept kept) {
    int at = cell(cells, kept.topic, kept.kind);
    Kept before = cells[at];
    cells[at] = kept;
    return before;
  }

  /** With one cell, nothing is hashed: each PUBLISH brings a new string. */
  private static int cell(Kept[] cells, String topic, int kind) {
    return cells.length == 1 ? 0 : (topic.hashCode() + kind) & (cells.length - 1);
  }

  private static int kind(QoS qos, boolean retain) {
    return qos.level() << 1 | (retain ? 1 : 0);
  }
}
