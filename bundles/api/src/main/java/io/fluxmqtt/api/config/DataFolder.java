package io.fluxmqtt.api.config;

import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Where the broker keeps its data. The store and each engine have a folder of their own in it. */
public final class DataFolder {
  /** The system property that names it; {@code bin/flux-mqtt} sets it. */
  public static final String PROPERTY = "flux.mqtt.data";

  /** The variable of the environment that names it. */
  public static final String VARIABLE = "FLUX_MQTT_DATA";

  private DataFolder() {}

  /**
   * The data folder: what {@link #PROPERTY} says, else {@link #VARIABLE}, else {@code flux-mqtt} in
   * Karaf's data folder, else {@code flux-mqtt-data} in the working folder. It may not exist yet.
   * Never blocks.
   *
   * @param property the framework's properties
   * @param variable the environment
   */
  public static Path of(
      UnaryOperator<@Nullable String> property, UnaryOperator<@Nullable String> variable) {
    for (String named :
        new @Nullable String[] {property.apply(PROPERTY), variable.apply(VARIABLE)}) {
      if (named != null && !named.isBlank()) {
        return Path.of(named);
      }
    }
    String karaf = property.apply("karaf.data");
    return karaf != null && !karaf.isBlank()
        ? Path.of(karaf, "flux-mqtt")
        : Path.of("flux-mqtt-data");
  }
}
