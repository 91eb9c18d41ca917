package io.fluxmqtt.store;

import io.fluxmqtt.api.spi.store.SessionChange;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A change with its key and value as bytes. All that can be wrong with a change is found when it is
 * made, by the thread that commits; the committer's has only to put it in its place.
 */
record Edit(SessionChange change, byte[] key, byte @Nullable [] value) {

  /**
   * All changes of a commit.
   *
   * @throws IllegalArgumentException if one cannot be kept unaltered
   */
  static List<Edit> of(List<SessionChange> changes) {
    List<Edit> edits = new ArrayList<>(changes.size());
    for (int i = 0; i < changes.size(); i++) {
      edits.add(of(changes.get(i)));
    }
    return edits;
  }

  private static Edit of(SessionChange change) {
    if (change instanceof SessionChange.Append append) {
      return new Edit(
          change,
          Keys.body(append.message().id()),
          Records.body(append.message(), append.receivers()));
    }
    if (change instanceof SessionChange.PutDelivery put) {
      byte[] key = Keys.delivery(put.number(), put.delivery().messageId());
      return new Edit(change, key, Records.delivery(put.delivery()));
    }
    if (change instanceof SessionChange.RemoveDelivery remove) {
      return new Edit(change, Keys.delivery(remove.number(), remove.messageId()), null);
    }
    if (change instanceof SessionChange.PutRelease put) {
      return new Edit(change, Keys.release(put.number(), put.packetId()), Records.mark());
    }
    if (change instanceof SessionChange.RemoveRelease remove) {
      return new Edit(change, Keys.release(remove.number(), remove.packetId()), null);
    }
    if (change instanceof SessionChange.PutIncoming put) {
      return new Edit(change, Keys.incoming(put.number(), put.packetId()), Records.mark());
    }
    if (change instanceof SessionChange.RemoveIncoming remove) {
      return new Edit(change, Keys.incoming(remove.number(), remove.packetId()), null);
    }
    if (change instanceof SessionChange.PutSubscription put) {
      byte[] key = Keys.subscription(put.number(), put.subscription().filter());
      return new Edit(change, key, Records.subscription(put.subscription()));
    }
    if (change instanceof SessionChange.RemoveSubscription remove) {
      return new Edit(change, Keys.subscription(remove.number(), remove.filter()), null);
    }
    if (change instanceof SessionChange.PutSession put) {
      return new Edit(change, Keys.session(put.session().number()), Records.session(put.session()));
    }
    if (change instanceof SessionChange.RemoveSession remove) {
      return new Edit(change, Keys.session(remove.number()), null);
    }
    throw new IllegalArgumentException("unknown change " + change.getClass());
  }
}
