package io.fluxmqtt.health;

import io.fluxmqtt.api.admin.PluginInfo;
import java.util.List;
import org.apache.felix.hc.api.HealthCheck;
import org.apache.felix.hc.api.Result;

/** Whether the services that the access policy names are there and answer. */
final class PluginHealth implements HealthCheck {
  private final Source<BrokerHealth.Problems> source;

  PluginHealth(Source<BrokerHealth.Problems> source) {
    this.source = source;
  }

  @Override
  public Result execute() {
    Report report = new Report();
    BrokerHealth.Problems known = source.answer().value();
    List<PluginInfo> plugins = known == null ? List.of() : known.plugins();
    for (PluginInfo plugin : plugins) {
      judge(report, plugin);
    }
    return report.ok("%d services are named".formatted(plugins.size())).result();
  }

  private static void judge(Report report, PluginInfo plugin) {
    String text = plugin.problem() == null ? plugin.name() : plugin.problem();
    switch (plugin.state()) {
      case SERVING -> {}
      case AWAITED -> report.waiting(text);
      case SLOW -> report.warn(text);
      case FAILING, MISSING -> report.red(text);
    }
  }
}
