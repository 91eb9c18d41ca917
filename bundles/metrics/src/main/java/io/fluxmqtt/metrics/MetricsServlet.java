package io.fluxmqtt.metrics;

import io.fluxmqtt.api.admin.BrokerAdmin;
import io.fluxmqtt.api.admin.BrokerStatistics;
import io.fluxmqtt.api.admin.StoreAdmin;
import java.io.IOException;
import javax.servlet.Servlet;
import javax.servlet.http.HttpServlet;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** Answers {@code GET /metrics} wherever an HTTP Whiteboard is; all that touches servlets. */
@Component(
    service = Servlet.class,
    configurationPolicy = ConfigurationPolicy.IGNORE,
    property = {
      "osgi.http.whiteboard.servlet.name=flux-mqtt-metrics",
      "osgi.http.whiteboard.servlet.pattern=/metrics"
    })
public final class MetricsServlet extends HttpServlet {
  private static final long serialVersionUID = 1;

  @SuppressWarnings("serial") // nobody serializes it
  private final Exposition exposition;

  /** Set and cleared by DS while requests run. */
  @SuppressWarnings("serial")
  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  volatile @Nullable StoreAdmin store;

  /** Set and cleared by DS while requests run. */
  @SuppressWarnings("serial")
  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  volatile @Nullable BrokerAdmin broker;

  /** Reads the session manager's counters, and the store's where there is one. */
  @Activate
  public MetricsServlet(@Reference BrokerStatistics statistics, BundleContext context) {
    String version = context.getBundle().getVersion().toString();
    exposition =
        new Exposition(
            new BrokerCollector(statistics, version),
            new ListenerCollector(() -> broker),
            new StoreCollector(() -> store));
  }

  @Override
  protected void doGet(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    Exposition.Page page = exposition.page(request.getHeader("Accept"));
    response.setContentType(page.contentType());
    response.setContentLength(page.body().length);
    response.getOutputStream().write(page.body());
  }
}
