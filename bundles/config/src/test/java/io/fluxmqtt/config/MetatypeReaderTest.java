package io.fluxmqtt.config;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.admin.ChangeEffect;
import io.fluxmqtt.api.admin.ConfigurationKey.Type;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class MetatypeReaderTest {
  static final String LISTENER =
      """
      <?xml version="1.0" encoding="UTF-8"?>
      <metatype:MetaData xmlns:metatype="http://www.osgi.org/xmlns/metatype/v1.2.0">
        <OCD id="ocd" name="Listener" description="Where clients connect.">
          <AD id="type" type="String" name="Type" description="A change counts for new connections only." default="tcp">
            <Option label="TCP" value="tcp"/>
            <Option label="Unix" value="unix"/>
          </AD>
          <AD id="host" type="String" name="Host" description="A change moves the listener; clients stay connected." default="127.0.0.1"/>
          <AD id="port" type="Integer" name="Port" description="A change moves the listener; clients stay connected." min="0" max="65535" default="1883"/>
          <AD id="socketPath" type="String" name="Path" description="A change moves the listener; clients stay connected." default=""/>
          <AD id="idle" type="Long" name="Idle" description="In seconds, 5 to 600. A change restarts this listener." default="60"/>
          <AD id="allowAnonymousRemote" type="Boolean" name="Open" description="Hot." default="false"/>
          <AD id="proxyProtocol" type="String" name="Proxy" description="Hot." default="off"/>
          <AD id="authenticators" type="String" cardinality="2147483647" name="Who" description="Hot, for new connections." default=""/>
          <AD id="origins" type="String" cardinality="2147483647" name="Sites" description="Hot." default="a\\,b,c"/>
          <AD id=".keyPassword" type="String" name="Secret" description="Hot." default=""/>
        </OCD>
        <Designate factoryPid="io.fluxmqtt.listener"><Object ocdref="ocd"/></Designate>
      </metatype:MetaData>
      """;

  static List<Definition> read(String xml) throws IOException {
    return MetatypeReader.read("x", new ByteArrayInputStream(xml.getBytes(UTF_8)));
  }

  private static Attribute attribute(String key) throws IOException {
    return read(LISTENER).get(0).attribute(key).orElseThrow();
  }

  @Test
  void declarationOfAFactoryIsRead() throws IOException {
    Definition definition = read(LISTENER).get(0);
    assertEquals("io.fluxmqtt.listener", definition.pid());
    assertTrue(definition.isFactory());
    assertEquals("x", definition.bundle());
    assertEquals("Listener", definition.label());
    assertEquals("Where clients connect.", definition.description());
    assertEquals("type", definition.attributes().get(0).key());
    assertFalse(read(LISTENER.replace("factoryPid", "pid")).get(0).isFactory());
  }

  @Test
  void attributesHaveTypeChoicesBoundsAndDefault() throws IOException {
    assertEquals(List.of("tcp", "unix"), attribute("type").choices());
    assertEquals(Type.TEXT, attribute("type").type());
    assertEquals(Type.NUMBER, attribute("port").type());
    assertEquals(65_535L, attribute("port").max());
    assertEquals(5L, attribute("idle").min(), "as the description says");
    assertEquals(600L, attribute("idle").max());
    assertNull(attribute("host").max());
    assertEquals(Type.FLAG, attribute("allowAnonymousRemote").type());
    assertEquals(Type.LIST, attribute("authenticators").type());
    assertEquals("a,b,c", attribute("origins").fallback());
    assertTrue(attribute(".keyPassword").isSecret());
    assertFalse(attribute("port").isSecret());
  }

  @Test
  void boundsAreReadFromWordsToo() {
    assertEquals("0..1125899906842624", bounds("in bytes, 0 to 2^50; less is a warning"));
    assertEquals("0..256", bounds("how many, 1 to 256; 0: half the processors"));
    assertEquals("1..256", bounds("how many, 1 to 256. Default: 4."));
    assertEquals("null..null", bounds("0 to diskFreeWarnBytes"));
    Attribute text = new Attribute("k", "", "1 to 3", Type.TEXT, List.of(), null, null, "");
    assertNull(text.min());
  }

  private static String bounds(String description) {
    Attribute read = new Attribute("k", "", description, Type.NUMBER, List.of(), null, null, "");
    return read.min() + ".." + read.max();
  }

  @Test
  void effectIsWhatTheDescriptionSays() throws IOException {
    assertEquals(ChangeEffect.NEW_CONNECTIONS, attribute("type").effect());
    assertEquals(ChangeEffect.MOVES_LISTENER, attribute("port").effect());
    assertEquals(ChangeEffect.RESTARTS_LISTENER, attribute("idle").effect());
    assertEquals(
        ChangeEffect.NEW_CONNECTIONS,
        new Attribute(
                "k", "", "Default: 1. New connections only.", Type.TEXT, List.of(), null, null, "")
            .effect());
    assertEquals(ChangeEffect.HOT, attribute("proxyProtocol").effect());
    assertEquals(ChangeEffect.NEW_CONNECTIONS, attribute("authenticators").effect());
  }

  @Test
  void whatIsNoMetatypeIsRefusedAndNothingIsFetched() throws IOException {
    assertThrows(IOException.class, () -> read("<OCD"));
    String entity = "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><x>&e;</x>";
    assertThrows(IOException.class, () -> read(entity));
    assertEquals(List.of(), read("<x/>"));
  }
}
