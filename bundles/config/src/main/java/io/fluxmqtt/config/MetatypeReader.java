package io.fluxmqtt.config;

import io.fluxmqtt.api.admin.ConfigurationKey.Type;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a bundle declares in a file of {@code OSGI-INF/metatype}. A Metatype service would not
 * tell of bounds, and on plain Felix there is none.
 */
final class MetatypeReader {
  private final String bundle;
  private final Map<String, String> labels = new HashMap<>(); // of OCDs, by id, as are the next two
  private final Map<String, String> descriptions = new HashMap<>();
  private final Map<String, List<Attribute>> attributes = new HashMap<>();
  private final List<Definition> definitions = new ArrayList<>();
  private @Nullable String ocd;
  private @Nullable String pid;
  private boolean isFactory;

  private MetatypeReader(String bundle) {
    this.bundle = bundle;
  }

  /**
   * Reads a file.
   *
   * @param bundle whose it is
   * @throws IOException if it cannot be read, or is no Metatype
   */
  static List<Definition> read(String bundle, InputStream in) throws IOException {
    XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    MetatypeReader reader = new MetatypeReader(bundle);
    try {
      XMLStreamReader xml = factory.createXMLStreamReader(in);
      while (xml.hasNext()) {
        if (xml.next() == XMLStreamConstants.START_ELEMENT) {
          reader.element(xml);
        }
      }
    } catch (XMLStreamException e) {
      throw new IOException(bundle + ": " + e.getMessage(), e);
    }
    return reader.definitions;
  }

  private void element(XMLStreamReader xml) throws XMLStreamException {
    switch (xml.getLocalName()) {
      case "OCD" -> {
        ocd = text(xml, "id");
        labels.put(ocd, text(xml, "name"));
        descriptions.put(ocd, text(xml, "description"));
        attributes.put(ocd, new ArrayList<>());
      }
      case "AD" -> attributes.getOrDefault(ocd, new ArrayList<>()).add(attribute(xml));
      case "Designate" -> {
        isFactory = xml.getAttributeValue(null, "factoryPid") != null;
        pid = text(xml, isFactory ? "factoryPid" : "pid");
      }
      case "Object" -> define(text(xml, "ocdref"));
      default -> {
        // nothing that is needed
      }
    }
  }

  private void define(String of) {
    if (pid != null && labels.containsKey(of)) {
      definitions.add(
          new Definition(
              bundle,
              pid,
              isFactory,
              labels.getOrDefault(of, ""),
              descriptions.getOrDefault(of, ""),
              attributes.getOrDefault(of, List.of())));
    }
  }

  /** An attribute with its options; leaves the reader at its end. */
  private static Attribute attribute(XMLStreamReader xml) throws XMLStreamException {
    String key = text(xml, "id");
    String label = text(xml, "name");
    String description = text(xml, "description");
    String fallback = text(xml, "default");
    boolean isList = !text(xml, "cardinality").isEmpty() && !text(xml, "cardinality").equals("0");
    Type type =
        isList
            ? Type.LIST
            : switch (text(xml, "type")) {
              case "Boolean" -> Type.FLAG;
              case "Integer", "Long", "Short", "Byte" -> Type.NUMBER;
              default -> Type.TEXT;
            };
    Long min = number(text(xml, "min"));
    Long max = number(text(xml, "max"));
    List<String> choices = new ArrayList<>();
    while (xml.next() != XMLStreamConstants.END_ELEMENT || !xml.getLocalName().equals("AD")) {
      if (xml.getEventType() == XMLStreamConstants.START_ELEMENT
          && xml.getLocalName().equals("Option")) {
        choices.add(text(xml, "value"));
      }
    }
    return new Attribute(
        key, label, description, type, choices, min, max, isList ? plain(fallback) : fallback);
  }

  /** The default of a list, in which Metatype escapes commas and blanks. */
  private static String plain(String fallback) {
    return fallback.replaceAll("\\\\(.)", "$1");
  }

  private static @Nullable Long number(String text) {
    try {
      return text.isEmpty() ? null : Long.valueOf(text);
    } catch (NumberFormatException e) {
      return null; // the parser of the bundle decides
    }
  }

  private static String text(XMLStreamReader xml, String attribute) {
    String text = xml.getAttributeValue(null, attribute);
    return text == null ? "" : text;
  }
}
