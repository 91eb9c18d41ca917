package io.fluxmqtt.health;

import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import org.apache.felix.hc.api.HealthCheck;
import org.apache.felix.hc.api.Result;

/**
 * One question about health.
 *
 * @param name as it is shown
 * @param tags by which checks are chosen; {@value #ALL} for all of the broker
 */
record Check(String name, List<String> tags, HealthCheck check) {
  /** The tag of all of these checks. */
  static final String ALL = "mqtt";

  /** The tag of those that say whether clients can be served now. */
  static final String READINESS = "readiness";

  /** The tag of those for which a restart helps. */
  static final String LIVENESS = "liveness";

  // a result is made of what is known already, so it need not be kept for long
  private static final long CACHE_MILLIS = 500;

  /** The properties of its service. */
  Dictionary<String, Object> properties() {
    Hashtable<String, Object> properties = new Hashtable<>();
    properties.put(HealthCheck.NAME, name);
    properties.put(HealthCheck.TAGS, tags.toArray(String[]::new));
    properties.put(HealthCheck.MBEAN_NAME, name);
    properties.put(HealthCheck.RESULT_CACHE_TTL_IN_MS, CACHE_MILLIS);
    return properties;
  }

  Result result() {
    return check.execute();
  }
}
