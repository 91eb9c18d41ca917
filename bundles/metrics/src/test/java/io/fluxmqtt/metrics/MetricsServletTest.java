package io.fluxmqtt.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.admin.BrokerAdmin;
import io.fluxmqtt.api.admin.ListenerInfo;
import java.io.ByteArrayOutputStream;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.servlet.ServletOutputStream;
import javax.servlet.WriteListener;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Version;

final class MetricsServletTest {
  private final Map<String, Object> said = new HashMap<>();
  private final ByteArrayOutputStream body = new ByteArrayOutputStream();
  private final MetricsServlet servlet = new MetricsServlet(Figures::snapshot, context());

  @Test
  void getAnswersWithTheMetrics() throws Exception {
    servlet.service(request(), response());

    assertEquals("text/plain; version=0.0.4; charset=utf-8", said.get("setContentType"));
    assertEquals(body.size(), said.get("setContentLength"));
    assertTrue(text().contains("mqtt_build_info{version=\"4.5.6\",} 1.0\n"), this::text);
    assertFalse(text().contains("mqtt_store_"), this::text);
  }

  @Test
  void storeThatComesAndGoesIsSeen() throws Exception {
    servlet.store = Figures.admin(() -> Figures.store(null));
    servlet.service(request(), response());
    assertTrue(text().contains("\nmqtt_store_writable 1.0\n"), this::text);

    servlet.store = null;
    body.reset();
    servlet.service(request(), response());
    assertFalse(text().contains("mqtt_store_"), this::text);
  }

  @Test
  void listenersAreTold() throws Exception {
    ListenerInfo secure =
        new ListenerInfo(
            "secure",
            "tls://[::1]:8883",
            ListenerInfo.State.LISTENING,
            null,
            1,
            "",
            Instant.ofEpochSecond(1_900_000_000),
            Map.of("tls-timeout", 3L),
            7);
    ListenerInfo plain =
        new ListenerInfo("a", "tcp://[::1]:1883", ListenerInfo.State.LISTENING, null, 1, "");
    servlet.broker = answering(BrokerAdmin.class, Map.of("listeners", List.of(plain, secure)));
    servlet.service(request(), response());
    String expiry = "\nmqtt_listener_certificate_expiry_seconds{listener=\"secure\",} 1.9E9\n";
    assertTrue(text().contains(expiry), this::text);
    assertFalse(text().contains("expiry_seconds{listener=\"a\""), this::text);
    String turnedAway =
        "\nmqtt_listener_turned_away_total{listener=\"secure\",reason=\"tls-timeout\",} 3.0\n";
    assertTrue(text().contains(turnedAway), this::text);
    String pauses = "\nmqtt_listener_read_pauses_total{listener=\"secure\",} 7.0\n";
    assertTrue(text().contains(pauses), this::text);
  }

  private String text() {
    return body.toString(StandardCharsets.UTF_8);
  }

  private static HttpServletRequest request() {
    return answering(HttpServletRequest.class, Map.of("getMethod", "GET"));
  }

  private HttpServletResponse response() {
    return (HttpServletResponse)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {HttpServletResponse.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("getOutputStream")) {
                return output();
              }
              said.put(method.getName(), arguments[0]);
              return null;
            });
  }

  private ServletOutputStream output() {
    return new ServletOutputStream() {
      @Override
      public void write(int one) {
        body.write(one);
      }

      @Override
      public boolean isReady() {
        return true;
      }

      @Override
      public void setWriteListener(WriteListener listener) {
        throw new UnsupportedOperationException();
      }
    };
  }

  private static BundleContext context() {
    Bundle bundle = answering(Bundle.class, Map.of("getVersion", new Version(4, 5, 6)));
    return answering(BundleContext.class, Map.of("getBundle", bundle));
  }

  /** Answers what it was told, and null to all else. */
  private static <T> T answering(Class<T> type, Map<String, Object> answers) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> answers.get(method.getName())));
  }
}
