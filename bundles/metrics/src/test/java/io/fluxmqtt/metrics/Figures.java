package io.fluxmqtt.metrics;

import io.fluxmqtt.api.admin.BrokerStatistics;
import io.fluxmqtt.api.admin.Histogram;
import io.fluxmqtt.api.admin.StoreAdmin;
import io.fluxmqtt.api.admin.StoreCheck;
import io.fluxmqtt.api.admin.StoreInfo;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A broker and a store that say what they are told to; each of their numbers is another one. */
final class Figures {
  private Figures() {}

  static BrokerStatistics statistics() {
    return new BrokerStatistics() {
      @Override
      public Snapshot snapshot() {
        return Figures.snapshot();
      }

      @Override
      public Map<String, Long> acknowledgedUnsynced() {
        return Map.of("interval", 23L);
      }
    };
  }

  static BrokerStatistics.Snapshot snapshot() {
    return new BrokerStatistics.Snapshot(
        1,
        2,
        3,
        4,
        5,
        30,
        31,
        6,
        7,
        Map.of("queue_full", 8L, "expired", 9L),
        Map.of("banned", 10L));
  }

  static StoreInfo store(@Nullable String problem) {
    return new StoreInfo(
        "rocksdb",
        true,
        Path.of("store"),
        1,
        problem,
        11,
        12,
        13,
        14,
        15,
        16,
        17,
        18,
        19,
        20,
        21.5,
        22,
        new Histogram(List.of(0.001, 0.01), List.of(3L, 2L, 1L), 0.25),
        new Histogram(List.of(1.0, 10.0), List.of(5L, 0L, 0L), 5));
  }

  static StoreAdmin admin(Supplier<StoreInfo> info) {
    return new StoreAdmin() {
      @Override
      public StoreInfo info() {
        return info.get();
      }

      @Override
      public CompletionStage<Path> backup(Path folder) {
        throw new UnsupportedOperationException();
      }

      @Override
      public CompletionStage<StoreCheck> verify() {
        throw new UnsupportedOperationException();
      }
    };
  }
}
