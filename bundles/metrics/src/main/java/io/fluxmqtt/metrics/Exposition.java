package io.fluxmqtt.metrics;

import io.prometheus.client.Collector;
import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.exporter.common.TextFormat;
import io.prometheus.client.hotspot.BufferPoolsExports;
import io.prometheus.client.hotspot.GarbageCollectorExports;
import io.prometheus.client.hotspot.MemoryPoolsExports;
import io.prometheus.client.hotspot.StandardExports;
import io.prometheus.client.hotspot.ThreadExports;
import io.prometheus.client.hotspot.VersionInfoExports;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** All metrics as text, read anew at each call. Any thread. */
final class Exposition {
  /** One answer. */
  record Page(String contentType, byte[] body) {}

  private final CollectorRegistry registry = new CollectorRegistry();

  Exposition(Collector... collectors) {
    for (Collector each : collectors) {
      registry.register(each);
    }
    // Not MemoryAllocationExports, which stays registered with the JVM when the bundle goes.
    registry.register(new StandardExports());
    registry.register(new MemoryPoolsExports());
    registry.register(new BufferPoolsExports());
    registry.register(new GarbageCollectorExports());
    registry.register(new ThreadExports());
    registry.register(new VersionInfoExports());
  }

  /**
   * The metrics in the format that is asked for.
   *
   * @param accept the header Accept of HTTP
   */
  Page page(@Nullable String accept) {
    String contentType = TextFormat.chooseContentType(accept);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (Writer writer = new OutputStreamWriter(bytes, StandardCharsets.UTF_8)) {
      TextFormat.writeFormat(contentType, writer, registry.metricFamilySamples());
    } catch (IOException e) {
      throw new AssertionError("memory takes all bytes", e);
    }
    return new Page(contentType, bytes.toByteArray());
  }
}
