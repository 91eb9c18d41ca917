package io.fluxmqtt.config;

import io.fluxmqtt.api.admin.ChangeEffect;
import io.fluxmqtt.api.admin.ConfigurationInfo;
import io.fluxmqtt.api.admin.ConfigurationKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Lists what can be configured, with what the files say. */
final class Catalogue {
  private final EtcFiles.State files;

  private Catalogue(EtcFiles.State files) {
    this.files = files;
  }

  /** Everything, in the order of PIDs; the one to come of a factory before its instances. */
  static List<ConfigurationInfo> of(List<Definition> definitions, EtcFiles.State files) {
    Catalogue catalogue = new Catalogue(files);
    List<ConfigurationInfo> all = new ArrayList<>();
    for (Definition definition : definitions) {
      if (!definition.isFactory()) {
        all.add(catalogue.info(definition, definition.pid(), null));
        continue;
      }
      all.add(catalogue.info(definition, definition.pid(), definition.pid()));
      for (String pid : files.texts().keySet()) {
        if (Pids.isOf(definition.pid(), pid)) {
          all.add(catalogue.info(definition, pid, definition.pid()));
        }
      }
    }
    return all;
  }

  private ConfigurationInfo info(Definition definition, String pid, @Nullable String factory) {
    Map<String, String> values = pid.equals(factory) ? Map.of() : files.values(pid);
    List<ConfigurationKey> unknown =
        values.keySet().stream()
            .filter(key -> definition.attribute(key).isEmpty())
            .sorted()
            .map(key -> free(key, values.get(key)))
            .toList();
    return new ConfigurationInfo(
        pid,
        factory,
        pid.equals(factory) ? null : files.names().get(pid),
        definition.bundle(),
        definition.label(),
        definition.description(),
        definition.attributes().stream().map(each -> key(each, values.get(each.key()))).toList(),
        unknown);
  }

  private static ConfigurationKey key(Attribute attribute, @Nullable String value) {
    return new ConfigurationKey(
        attribute.key(),
        attribute.label(),
        attribute.description(),
        attribute.type(),
        attribute.choices(),
        attribute.min(),
        attribute.max(),
        attribute.fallback(),
        attribute.isSecret() ? null : value,
        value != null,
        attribute.isSecret(),
        attribute.effect());
  }

  private static ConfigurationKey free(String key, @Nullable String value) {
    boolean secret = Attribute.isSecret(key);
    return new ConfigurationKey(
        key,
        key,
        "",
        ConfigurationKey.Type.TEXT,
        List.of(),
        null,
        null,
        "",
        secret ? null : value,
        true,
        secret,
        ChangeEffect.HOT);
  }
}
