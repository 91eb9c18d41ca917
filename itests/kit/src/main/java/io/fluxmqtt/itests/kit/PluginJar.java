package io.fluxmqtt.itests.kit;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.osgi.framework.BundleActivator;

/** A bundle made of one class of the test's class path, which is its activator. */
public final class PluginJar {
  private PluginJar() {}

  /**
   * Writes the bundle.
   *
   * @param imports the packages that it needs besides that of the framework
   */
  public static void write(
      Path jar, String symbolicName, Class<? extends BundleActivator> activator, String... imports)
      throws IOException {
    Manifest manifest = new Manifest();
    Attributes main = manifest.getMainAttributes();
    main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    main.putValue("Bundle-ManifestVersion", "2");
    main.putValue("Bundle-SymbolicName", symbolicName);
    main.putValue("Bundle-Version", "0.1.0");
    main.putValue("Bundle-Activator", activator.getName());
    String framework = "org.osgi.framework;version=\"[1.8,2)\"";
    main.putValue(
        "Import-Package",
        imports.length == 0 ? framework : framework + "," + String.join(",", imports));
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file, manifest)) {
      add(out, activator);
      for (Class<?> nested : activator.getDeclaredClasses()) {
        add(out, nested);
      }
    }
  }

  private static void add(JarOutputStream out, Class<?> type) throws IOException {
    String name = type.getName().replace('.', '/') + ".class";
    out.putNextEntry(new JarEntry(name));
    try (InputStream code = type.getResourceAsStream("/" + name)) {
      code.transferTo(out);
    }
    out.closeEntry();
  }
}
