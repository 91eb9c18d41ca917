package io.fluxmqtt.itests.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** What stands in the shipped configuration files is what the bundles declare and default to. */
class ShippedConfigurationIT {
  /** A key with its value, in force or commented out. */
  private static final Pattern LINE = Pattern.compile("#?(\\.?[A-Za-z0-9]+)\\s*=\\s*(.*)");

  private static final Pattern CLAUSES = Pattern.compile("\\s*,\\s*");

  /** Keys that are not written as one value: rules stand in the file one by one. */
  private static final List<String> NOT_WRITTEN = List.of("rules");

  /** One PID and the defaults that its Metatype declares. */
  record Declared(Bundle bundle, String pid, boolean factory, Map<String, String> defaults) {
    /** The file that ships it: of a factory, its default instance; perhaps as a sample. */
    Path file() {
      Path folder = bundle.folder().resolve("src/main/cfg");
      Path file = folder.resolve(pid + (factory ? "-default.cfg" : ".cfg"));
      return Files.exists(file) ? file : folder.resolve(file.getFileName() + ".sample");
    }

    @Override
    public String toString() {
      return pid;
    }
  }

  static List<Declared> declared() throws Exception {
    List<Declared> declared = new ArrayList<>();
    for (Bundle bundle : Bundle.all()) {
      for (String entry : bundle.entries()) {
        if (entry.startsWith("OSGI-INF/metatype/")) {
          declared.add(metatype(bundle, entry));
        }
      }
    }
    assertTrue(declared.size() >= 7, declared.toString());
    return declared;
  }

  @ParameterizedTest
  @MethodSource("declared")
  void everyKeyIsShippedWithItsDefault(Declared declared) throws IOException {
    Map<String, String> expected = new HashMap<>(declared.defaults());
    expected.keySet().removeAll(NOT_WRITTEN);
    assertEquals(expected, written(declared.file()), declared.file().toString());
  }

  @ParameterizedTest
  @MethodSource("declared")
  void bothRuntimesShipIt(Declared declared) throws IOException {
    String name = declared.file().getFileName().toString();
    String features =
        Files.readString(Sources.ROOT.resolve("features/src/main/feature/features.xml"));
    assertTrue(features.contains("finalname=\"/etc/" + name + "\" override=\"false\""), name);
    Path assembly = Sources.ROOT.resolve("runtime/felix/src/main/assembly/contents.xml");
    String folder = "../../bundles/" + declared.bundle().name() + "/src/main/cfg";
    assertTrue(Files.readString(assembly).contains(folder), folder);
  }

  private static Map<String, String> written(Path file) throws IOException {
    Map<String, String> written = new HashMap<>();
    try (Stream<String> lines = Files.lines(file)) {
      lines.map(LINE::matcher).filter(Matcher::matches).forEach(line -> put(written, line));
    }
    return written;
  }

  private static void put(Map<String, String> written, Matcher line) {
    String value = CLAUSES.matcher(line.group(2).trim()).replaceAll(",");
    assertEquals(null, written.put(line.group(1), value), line.group(1) + " stands there twice");
  }

  private static Declared metatype(Bundle bundle, String entry) throws Exception {
    try (JarFile jar = new JarFile(bundle.jar().toFile());
        InputStream in = jar.getInputStream(jar.getEntry(entry))) {
      Document document = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(in);
      Element designate = (Element) document.getElementsByTagName("Designate").item(0);
      boolean factory = designate.hasAttribute("factoryPid");
      Map<String, String> defaults = new HashMap<>();
      NodeList attributes = document.getElementsByTagName("AD");
      for (int i = 0; i < attributes.getLength(); i++) {
        Element attribute = (Element) attributes.item(i);
        defaults.put(attribute.getAttribute("id"), attribute.getAttribute("default"));
      }
      String pid = designate.getAttribute(factory ? "factoryPid" : "pid");
      return new Declared(bundle, pid, factory, defaults);
    }
  }
}
