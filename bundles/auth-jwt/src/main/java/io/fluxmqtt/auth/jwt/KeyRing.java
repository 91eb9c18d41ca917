package io.fluxmqtt.auth.jwt;

import com.nimbusds.jose.JWSAlgorithm;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The keys of all sources together. All methods from any thread; none blocks. */
final class KeyRing implements AutoCloseable {
  private final List<KeySource> sources;

  KeyRing(List<? extends KeySource> sources) {
    this.sources = List.copyOf(sources);
  }

  /** As {@link KeySet#candidates}. */
  List<VerificationKey> candidates(JWSAlgorithm algorithm, @Nullable String id) {
    List<VerificationKey> found = new ArrayList<>();
    for (KeySource source : sources) {
      source.keys().ifPresent(keys -> found.addAll(keys.candidates(algorithm, id)));
    }
    return found;
  }

  /** Whether every source has been read at least once; else a key may be missing that is good. */
  boolean isComplete() {
    return sources.stream().allMatch(source -> source.keys().isPresent());
  }

  /** As {@link KeySource#refresh}, of all. */
  CompletionStage<Void> refresh() {
    return CompletableFuture.allOf(
        sources.stream()
            .map(source -> source.refresh().toCompletableFuture())
            .toArray(CompletableFuture<?>[]::new));
  }

  @Override
  public void close() {
    sources.forEach(KeySource::close);
  }
}
