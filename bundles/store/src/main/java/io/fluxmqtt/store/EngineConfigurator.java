package io.fluxmqtt.store;

import io.fluxmqtt.api.config.SettingException;
import io.fluxmqtt.api.config.Settings;
import java.io.IOException;
import java.util.Collection;
import java.util.Hashtable;
import java.util.Map;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.ComponentContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns the user's choice of an engine into the target of the store's reference, then enables the
 * store. ConfigurationAdmin keeps that target over a restart; since the store is enabled only after
 * it was written, an old one never counts.
 */
@Component(
    configurationPid = EngineConfigurator.PID,
    immediate = true,
    service = {})
@Designate(ocd = EngineConfigurator.Config.class)
public final class EngineConfigurator {
  static final String PID = "io.fluxmqtt.store";

  private static final Logger LOG = LoggerFactory.getLogger(EngineConfigurator.class);

  /** The configuration. */
  @ObjectClassDefinition(
      name = "Flux MQTT store",
      description = "Where session state and retained messages are kept.")
  public @interface Config {
    /** The engine. */
    @AttributeDefinition(
        name = "Engine",
        description =
            "The engine by name: auto takes the best one there is, at present memory; memory keeps"
                + " everything on the heap until the process ends. Default auto. A change restarts"
                + " the broker; what the old engine holds is not moved to the new one.",
        options = {
          @Option(label = "auto", value = "auto"),
          @Option(label = "memory (volatile)", value = "memory")
        })
    String engine() default "auto";
  }

  private final ConfigurationAdmin configurations;
  private final ComponentContext context;

  private boolean enabled; // Declarative Services calls one at a time

  /**
   * Writes the target and enables the store. A wrong value leaves the store disabled but this
   * component up: Declarative Services would not try a constructor that threw again when the value
   * is corrected.
   */
  @Activate
  public EngineConfigurator(
      ComponentContext context,
      @Reference ConfigurationAdmin configurations,
      Map<String, Object> properties)
      throws IOException {
    this.context = context;
    this.configurations = configurations;
    configure(properties);
  }

  @Modified
  void modified(Map<String, Object> properties) throws IOException {
    configure(properties);
  }

  @Deactivate
  void deactivate() {
    context.disableComponent(StoreComponent.NAME);
  }

  private void configure(Map<String, Object> properties) throws IOException {
    EngineChoice choice;
    try {
      choice = read(properties);
    } catch (SettingException e) {
      if (enabled) {
        LOG.warn("{}; the old engine stays", e.getMessage());
      } else {
        LOG.error("{}; the store, and with it the broker, stays down", e.getMessage());
      }
      return;
    }
    write(choice);
    if (!enabled) {
      context.enableComponent(StoreComponent.NAME);
      enabled = true;
    }
  }

  private static EngineChoice read(Map<String, Object> properties) {
    Settings settings = new Settings(PID, properties, Config.class);
    EngineChoice choice = EngineChoice.of(settings);
    Collection<String> unknown = settings.unknownKeys();
    if (!unknown.isEmpty()) {
      LOG.warn("{}: nobody reads {}", settings.pid(), unknown);
    }
    return choice;
  }

  private void write(EngineChoice choice) throws IOException {
    Hashtable<String, Object> wiring = new Hashtable<>();
    wiring.put(StoreComponent.ENGINE_TARGET, choice.target());
    configurations.getConfiguration(StoreComponent.NAME, "?").updateIfDifferent(wiring);
    LOG.info("the store takes the engine {}", choice.engineName());
  }
}
