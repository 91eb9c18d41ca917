package io.fluxmqtt.auth.jaas;

/**
 * Where JAAS finds login modules: it asks the thread's context class loader. What the bundle sees
 * comes first (its fragments; on Karaf the framework's delegation to {@code
 * org.apache.karaf.jaas.boot}, where the proxy for modules in other bundles is), then what the JVM
 * has, its own modules for LDAP among it.
 */
final class ModuleLoader extends ClassLoader {
  static {
    registerAsParallelCapable();
  }

  ModuleLoader() {
    super(ModuleLoader.class.getClassLoader());
  }

  @Override
  protected Class<?> findClass(String name) throws ClassNotFoundException {
    return getSystemClassLoader().loadClass(name);
  }
}
