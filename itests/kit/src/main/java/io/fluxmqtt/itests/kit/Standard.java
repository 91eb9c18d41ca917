package io.fluxmqtt.itests.kit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A version of the MQTT standard with its normative statements. */
public enum Standard {
  V5_0("5.0"),
  V3_1_1("3.1.1");

  private final String version;

  Standard(String version) {
    this.version = version;
  }

  /** The standard of a version as {@link #toString()} writes it. */
  public static Standard of(String version) {
    for (Standard standard : values()) {
      if (standard.version.equals(version)) {
        return standard;
      }
    }
    throw new IllegalArgumentException("no standard " + version);
  }

  /** All statements in the order of the standard: number to text. */
  public Map<String, String> statements() {
    Map<String, String> statements = new LinkedHashMap<>();
    String id = null;
    for (String line : lines("statements")) {
      if (line.startsWith("## ")) {
        id = line.substring(3).strip();
        statements.put(id, "");
      } else if (id != null && !line.isBlank()) {
        statements.merge(id, line.strip(), (a, b) -> a.isEmpty() ? b : a + " " + b);
      }
    }
    return statements;
  }

  /** The statements that bind no server: number to reason. */
  public Map<String, String> notForServers() {
    Map<String, String> reasons = new LinkedHashMap<>();
    for (String line : lines("scope")) {
      if (line.startsWith("MQTT-")) {
        String[] parts = line.split("\t", 2);
        if (parts.length < 2 || parts[1].isBlank()) {
          throw new IllegalStateException("no reason in: " + line);
        }
        reasons.put(parts[0], parts[1].strip());
      }
    }
    return reasons;
  }

  private List<String> lines(String what) {
    String name = "mqtt-" + version + "-" + what + ".txt";
    try (InputStream in = Standard.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("no resource " + name);
      }
      try (BufferedReader reader =
          new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
        List<String> lines = new ArrayList<>();
        reader.lines().forEach(lines::add);
        return lines;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String toString() {
    return version;
  }
}
