package io.fluxmqtt.itests.bench.start;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.launch.FrameworkFactory;

/**
 * What there is to beat: the framework with SCR, ConfigAdmin, file install and logging, started as
 * Felix's own launcher does, and no bundle of ours.
 */
final class BareFelix {
  private BareFelix() {}

  /** A folder for the cache, and the bundles. */
  public static void main(String[] arguments) throws Exception {
    FrameworkFactory factory = ServiceLoader.load(FrameworkFactory.class).iterator().next();
    Framework framework =
        factory.newFramework(
            Map.of(
                Constants.FRAMEWORK_STORAGE,
                arguments[0],
                Constants.FRAMEWORK_STORAGE_CLEAN,
                Constants.FRAMEWORK_STORAGE_CLEAN_ONFIRSTINIT));
    framework.init();
    List<Bundle> bundles = new ArrayList<>();
    for (int i = 1; i < arguments.length; i++) {
      bundles.add(framework.getBundleContext().installBundle(arguments[i]));
    }
    for (Bundle bundle : bundles) {
      bundle.start();
    }
    framework.start();
    System.out.println("bare Felix ready");
    framework.waitForStop(0);
  }
}
