package io.fluxmqtt.session.wiring;

import io.fluxmqtt.api.config.ConfigurationChecker;
import io.fluxmqtt.api.spi.store.RetainedStore;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;

/** Reads configurations of this bundle as its components do. */
@Component(
    service = ConfigurationChecker.class,
    property = {
      ConfigurationChecker.PIDS + "=" + AccessComponent.PID,
      ConfigurationChecker.PIDS + "=" + SessionComponent.PID,
      ConfigurationChecker.PIDS + "=" + QueueRuleBook.PID
    })
public final class SettingsChecker implements ConfigurationChecker {
  private final boolean storeOnHeap;

  /** Where there is no store it is believed to be on a disk. */
  @Activate
  public SettingsChecker(
      @Reference(
              name = "retainedStore",
              target = "(mqtt.store.name=default)",
              cardinality = ReferenceCardinality.OPTIONAL)
          @Nullable RetainedStore retainedStore) {
    storeOnHeap = retainedStore != null && retainedStore.isOnHeap();
  }

  @Override
  public void check(String pid, Map<String, Object> properties) {
    switch (pid) {
      case AccessComponent.PID -> AccessComponent.settings(properties);
      case SessionComponent.PID -> SessionComponent.read(properties, storeOnHeap);
      default -> QueueRuleBook.rule(properties, storeOnHeap);
    }
  }
}
