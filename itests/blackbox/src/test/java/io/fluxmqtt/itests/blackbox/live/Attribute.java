package io.fluxmqtt.itests.blackbox.live;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** One key that a bundle of the shipped runtime declares. */
record Attribute(String pid, String key, String fallback, String description) {
  /** All keys of a PID, in the order of their declaration. */
  static List<Attribute> of(String pid) throws Exception {
    List<Attribute> attributes = all();
    attributes.removeIf(each -> !each.pid().equals(pid));
    if (attributes.isEmpty()) {
      throw new AssertionError("no bundle declares " + pid);
    }
    return attributes;
  }

  /** All keys of all PIDs. */
  static List<Attribute> all() throws Exception {
    List<Attribute> attributes = new ArrayList<>();
    for (String folder : List.of("bundle", "optional")) {
      try (Stream<Path> jars = Files.list(Path.of(System.getProperty("runtime.home"), folder))) {
        for (Path jar : jars.filter(each -> each.toString().contains("io.fluxmqtt.")).toList()) {
          read(jar, attributes);
        }
      }
    }
    return attributes;
  }

  private static void read(Path path, List<Attribute> into) throws Exception {
    try (JarFile jar = new JarFile(path.toFile())) {
      List<JarEntry> entries =
          jar.stream().filter(each -> each.getName().startsWith("OSGI-INF/metatype/")).toList();
      for (JarEntry entry : entries) {
        if (!entry.isDirectory()) {
          read(jar, entry, into);
        }
      }
    }
  }

  private static void read(JarFile jar, JarEntry entry, List<Attribute> into) throws Exception {
    Document document = parse(jar, entry);
    Element designate = (Element) document.getElementsByTagName("Designate").item(0);
    boolean isFactory = designate.hasAttribute("factoryPid");
    String pid = designate.getAttribute(isFactory ? "factoryPid" : "pid");
    NodeList attributes = document.getElementsByTagName("AD");
    for (int i = 0; i < attributes.getLength(); i++) {
      Element each = (Element) attributes.item(i);
      into.add(
          new Attribute(
              pid,
              each.getAttribute("id"),
              each.getAttribute("default"),
              each.getAttribute("description")));
    }
  }

  private static Document parse(JarFile jar, JarEntry entry) throws IOException {
    try (InputStream in = jar.getInputStream(entry)) {
      return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(in);
    } catch (javax.xml.parsers.ParserConfigurationException | org.xml.sax.SAXException e) {
      throw new IOException(entry.getName(), e);
    }
  }

  @Override
  public String toString() {
    return pid + " " + key;
  }
}
