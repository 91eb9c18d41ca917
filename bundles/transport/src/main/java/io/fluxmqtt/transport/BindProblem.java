package io.fluxmqtt.transport;

import java.io.IOException;
import java.net.UnknownHostException;
import java.util.Optional;

/** Says why an address cannot be bound and what an operator can do. */
final class BindProblem {
  private static final int FIRST_FREE_PORT = 1024;

  private BindProblem() {}

  static String describe(ListenerSettings settings, IOException cause) {
    return describe(settings, cause, Optional.empty());
  }

  /** As for a cause alone, where another listener of ours may be it. */
  static String describe(
      ListenerSettings settings, IOException cause, Optional<TcpListener> holder) {
    if (cause instanceof UnknownHostException) {
      return "host %s is not known; set host to an address of this machine, or * for all"
          .formatted(Text.quote(settings.host()));
    }
    if (holder.isPresent()) {
      return "listener %s has that address; set another for one of them"
          .formatted(holder.get().name());
    }
    if (settings.type() == ListenerSettings.Type.UNIX) {
      return "%s; set another socketPath, or see who has it: ss -lxp src %s"
          .formatted(cause.getMessage(), settings.socketFile().path());
    }
    String advice =
        "set another host or port, or see who has it: ss -ltnp 'sport = :%d'"
            .formatted(settings.port());
    if (settings.port() > 0 && settings.port() < FIRST_FREE_PORT) {
      advice += "; ports below 1024 may need CAP_NET_BIND_SERVICE";
    }
    return "%s; %s".formatted(cause.getMessage(), advice);
  }
}
