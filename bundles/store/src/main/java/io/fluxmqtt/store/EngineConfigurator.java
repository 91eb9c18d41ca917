package io.fluxmqtt.store;

import io.fluxmqtt.api.config.DataFolder;
import io.fluxmqtt.api.config.SettingException;
import io.fluxmqtt.api.config.Settings;
import io.fluxmqtt.api.spi.store.KvEngine;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Hashtable;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.ComponentContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns the user's choice of an engine into the target of the store's reference, notes it in the
 * data folder, then enables the store. Until the engine is there that was chosen, here or by an
 * earlier run, the store waits: a gateway never starts on another engine, with an empty store.
 * ConfigurationAdmin keeps the target over a restart; since the store is enabled only after it was
 * written, an old one never counts.
 */
@Component(
    configurationPid = EngineConfigurator.PID,
    immediate = true,
    service = {})
@Designate(ocd = EngineConfigurator.Config.class)
public final class EngineConfigurator {
  static final String PID = "io.fluxmqtt.store";

  private static final Logger LOG = LoggerFactory.getLogger(EngineConfigurator.class);
  private static final long TELL_WAITING_MILLIS = 5_000;

  /** The configuration. */
  @ObjectClassDefinition(
      name = "Flux MQTT store",
      description = "Where session state and retained messages are kept.")
  public @interface Config {
    /** The engine. */
    @AttributeDefinition(
        name = "Engine",
        description =
            "The engine by name: auto takes rocksdb where it runs (64-bit Linux) and mvstore, in"
                + " pure Java, elsewhere, once for each data folder; memory keeps everything on the"
                + " heap until the process ends. Default auto. Data are not moved from one engine"
                + " to another: a folder that holds data of one refuses the others, until it is"
                + " moved away. A change restarts the broker.",
        options = {
          @Option(label = "auto", value = "auto"),
          @Option(label = "rocksdb", value = "rocksdb"),
          @Option(label = "mvstore (pure Java)", value = "mvstore"),
          @Option(label = "memory (volatile)", value = "memory")
        })
    String engine() default "auto";
  }

  private final ConfigurationAdmin configurations;
  private final ComponentContext context;
  private final EngineServices engines;
  private final EngineNote note;
  private final Retry retry = new Retry("flux-mqtt-engine-retry");

  // guarded by this
  private @Nullable EngineChoice choice; // what was configured last and is valid
  private boolean settled; // whether that was done
  private boolean enabled;
  private String told = ""; // said once, not for every engine that comes

  /**
   * Decides if it can. A wrong value leaves the store disabled but this component up: Declarative
   * Services would not try a constructor that threw again when the value is corrected.
   */
  @Activate
  public EngineConfigurator(
      ComponentContext context,
      @Reference ConfigurationAdmin configurations,
      Map<String, Object> properties)
      throws IOException {
    this(
        context,
        configurations,
        properties,
        DataFolder.of(context.getBundleContext()::getProperty, System::getenv));
  }

  EngineConfigurator(
      ComponentContext context,
      ConfigurationAdmin configurations,
      Map<String, Object> properties,
      Path data)
      throws IOException {
    this.context = context;
    this.configurations = configurations;
    engines = new EngineServices(context.getBundleContext());
    note = new EngineNote(data.toAbsolutePath().resolve("store"));
    configure(properties);
  }

  @Modified
  void modified(Map<String, Object> properties) throws IOException {
    configure(properties);
  }

  @Deactivate
  synchronized void deactivate() {
    choice = null;
    retry.close();
    context.disableComponent(StoreOpener.NAME);
  }

  @Reference(
      service = KvEngine.class,
      cardinality = ReferenceCardinality.MULTIPLE,
      policy = ReferencePolicy.DYNAMIC,
      unbind = "engineGone")
  synchronized void engineCame(ServiceReference<KvEngine> engine) throws IOException {
    engines.add(engine);
    EngineChoice open = choice;
    if (open != null && !settled) {
      decide(open);
    }
  }

  synchronized void engineGone(ServiceReference<KvEngine> engine) {
    engines.remove(engine);
  }

  private synchronized void configure(Map<String, Object> properties) throws IOException {
    settled = false;
    told = "";
    retry.reset();
    try {
      EngineChoice now = read(properties);
      choice = now;
      decide(now);
    } catch (SettingException e) {
      choice = null;
      refuse(String.valueOf(e.getMessage()));
    }
  }

  static EngineChoice read(Map<String, Object> properties) {
    Settings settings = new Settings(PID, properties, Config.class);
    EngineChoice choice = EngineChoice.of(settings);
    Collection<String> unknown = settings.unknownKeys();
    if (!unknown.isEmpty()) {
      LOG.warn("{}: nobody reads {}", settings.pid(), unknown);
    }
    return choice;
  }

  private void decide(EngineChoice now) throws IOException {
    String noted;
    EngineChoice.Outcome outcome;
    try {
      noted = note.read();
      outcome = choose(now, noted);
      if (outcome instanceof EngineChoice.Take take && engines.isDurable(take.engine())) {
        note.write(take.engine());
      }
    } catch (IOException e) {
      refuse(
          "%s cannot be used (%s), which is looked at again and again"
              .formatted(note.folder(), reason(e)));
      retry.later(this::again);
      return;
    }
    if (outcome instanceof EngineChoice.Take take) {
      settled = true;
      take(take.engine(), noted);
    } else if (outcome instanceof EngineChoice.Wait wait) {
      await(wait.why());
    } else if (outcome instanceof EngineChoice.Refuse refuse) {
      refuse("%s: engine=%s %s".formatted(PID, now.name(), refuse.why()));
    }
  }

  /** What a file system says is only a path at times. */
  private static String reason(IOException e) {
    return e instanceof FileSystemException ? e.toString() : String.valueOf(e.getMessage());
  }

  private synchronized void again() {
    EngineChoice open = choice;
    if (open != null && !settled) {
      try {
        decide(open);
      } catch (IOException e) {
        LOG.error("the choice of the engine {} cannot be kept", open.name(), e);
        retry.later(this::again);
      }
    }
  }

  /**
   * Before it is noted, an engine shows that it runs here: of the best it is known only then. One
   * that does not is not chosen again, so this ends.
   */
  private EngineChoice.Outcome choose(EngineChoice now, @Nullable String noted) {
    EngineChoice.Outcome outcome;
    do {
      outcome = now.decide(noted, note.folder().toString(), engines);
    } while (outcome instanceof EngineChoice.Take take && !engines.loads(take.engine()));
    return outcome;
  }

  private void refuse(String why) {
    if (why.equals(told)) {
      return;
    }
    told = why;
    if (enabled) {
      LOG.warn("{}; the old engine stays", why);
    } else {
      LOG.error("{}; the store, and with it the broker, stays down", why);
    }
  }

  /** Waits without a word, as a start takes its time, and says so if it takes long. */
  private void await(String why) {
    if (why.equals(told)) {
      return;
    }
    told = why;
    Thread teller = new Thread(() -> tell(why), "flux-mqtt-engine-wait");
    teller.setDaemon(true);
    teller.start();
  }

  private void tell(String why) {
    try {
      TimeUnit.MILLISECONDS.sleep(TELL_WAITING_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    synchronized (this) {
      if (!settled && choice != null && why.equals(told)) {
        LOG.warn("the store, and with it the broker, waits {}", why);
      }
    }
  }

  private void take(String engine, @Nullable String noted) throws IOException {
    Hashtable<String, Object> wiring = new Hashtable<>();
    wiring.put(StoreOpener.ENGINE_TARGET, EngineChoice.target(engine));
    configurations.getConfiguration(StoreOpener.NAME, "?").updateIfDifferent(wiring);
    LOG.info("the store takes the engine {}", engine);
    if (noted != null && !noted.equals(engine)) {
      LOG.warn("{} holds data of the engine {}, which are not used", note.folder(), noted);
    }
    if (!enabled) {
      context.enableComponent(StoreOpener.NAME);
      enabled = true;
    }
  }
}
