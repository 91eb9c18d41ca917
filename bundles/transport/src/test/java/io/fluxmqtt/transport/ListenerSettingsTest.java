package io.fluxmqtt.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.config.SettingException;
import io.fluxmqtt.api.config.Settings;
import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.session.Capabilities;
import io.fluxmqtt.session.Checks;
import io.fluxmqtt.session.Limits;
import io.fluxmqtt.session.ListenerProfile;
import io.fluxmqtt.session.ProtocolVersion;
import io.fluxmqtt.session.Redirect;
import io.fluxmqtt.session.ResponseInformation;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a listener's configuration becomes, and how a bad value is refused. */
class ListenerSettingsTest {
  private static ListenerSettings read(String... keysAndValues) {
    Map<String, Object> properties = new HashMap<>();
    properties.put("service.pid", ListenerComponent.PID + "~x");
    for (int i = 0; i < keysAndValues.length; i += 2) {
      properties.put(keysAndValues[i], keysAndValues[i + 1]);
    }
    return ListenerSettings.of(
        new Settings(ListenerComponent.PID, properties, ListenerConfig.class),
        Path.of("/etc/flux"));
  }

  @Test
  void defaultsServeAllOfMqttWithinLimits() {
    ListenerProfile terms = read().terms();
    assertEquals(Capabilities.ALL, terms.capabilities());
    assertEquals(Checks.STANDARD, terms.checks());
    assertEquals(ResponseInformation.NONE, terms.responseInformation());
    assertNull(terms.redirect());
    assertEquals(
        new Limits(1_048_576, 5_000, 65_535, 65_535, 128, 10_000, 1_000, 65_536), terms.limits());
  }

  @Test
  void everyKeyGoesToItsPlace() {
    ListenerProfile terms =
        read(
                "packetMaxBytes", "64",
                "connectTimeoutSeconds", "1",
                "clientIdMaxBytes", "23",
                "topicMaxBytes", "2",
                "topicMaxLevels", "3",
                "filtersPerPacketMax", "4",
                "userPropertiesMax", "0",
                "userPropertiesMaxBytes", "6",
                "wildcardSubscriptions", "false",
                "maximumQos", "1",
                "receiveMaximumExceeded", "warn",
                "payloadFormatCheck", "true",
                "responseInformation", "a/%c",
                "redirect", "server-moved",
                "serverReference", "b:1 c")
            .terms();
    assertEquals(new Limits(64, 1_000, 23, 2, 3, 4, 0, 6), terms.limits());
    assertEquals(
        new Capabilities(false, true, true, true, QoS.AT_LEAST_ONCE), terms.capabilities());
    assertEquals(new Checks(false, true), terms.checks());
    assertEquals("a/me", terms.responseInformation().of("me", null));
    assertEquals(new Redirect(ReasonCode.SERVER_MOVED, "b:1 c"), terms.redirect());
  }

  @Test
  void switchesAreNotMixedUp() {
    assertEquals(
        new Capabilities(true, false, true, true, QoS.EXACTLY_ONCE),
        read("sharedSubscriptions", "false").terms().capabilities());
    assertEquals(
        new Capabilities(true, true, false, true, QoS.EXACTLY_ONCE),
        read("subscriptionIdentifiers", "false").terms().capabilities());
    assertEquals(
        new Capabilities(true, true, true, false, QoS.EXACTLY_ONCE),
        read("retain", "false").terms().capabilities());
  }

  @Test
  void redirectNeedsNoReference() {
    assertEquals(
        new Redirect(ReasonCode.USE_ANOTHER_SERVER, null),
        read("redirect", "use-another-server").terms().redirect());
    assertNull(read("serverReference", "b:1").terms().redirect());
  }

  /** The text names PID, key, value, the limit, and so what to set. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "type | pigeon | is not one of tcp",
        "connectionsPerSecondMax | -1 | set 0 to 1000000",
        "messagesPerSecondMax | 1000001 | set 0 to 1000000",
        "bytesPerSecondMax | 1023 | too slow for MQTT; set at least 1024, or 0",
        "bytesPerSecondMax | -1 | set 0 to 2147483647",
        "addressesAllowed | 10.0.0.1/8 | beyond its prefix of 8",
        "proxyTrusted | proxy.example | write it as 192.0.2.0/24",
        "proxyProtocol | v3 | is not one of off, v1, v2, both",
        "protocolVersions | 4 | list 3.1, 3.1.1, 5.0",
        "protocolVersions | , | list at least one of 3.1, 3.1.1, 5.0",
        "socketMode | 0888 | three octal digits",
        "socketMode | 10660 | three octal digits",
        "path | mqtt | begin with /",
        "path | /mqtt?x | leave out ? and #",
        "origins | example.org | write https://host",
        "origins | https://example.org/ | write https://host",
        "subprotocolRequired | maybe | neither true nor false",
        "port | 65536 | set 0 to 65535",
        "port | http | set 0 to 65535",
        "backlog | 0 | set 1 to 65535",
        "connectionsMax | 0 | set 1 to 2147483647",
        "packetMaxBytes | 63 | set 64 to 268435460",
        "packetMaxBytes | 268435461 | set 64 to 268435460",
        "connectTimeoutSeconds | 0 | set 1 to 3600",
        "clientIdMaxBytes | 22 | set 23 to 65535",
        "clientIdMaxBytes | 65536 | set 23 to 65535",
        "topicMaxBytes | 0 | set 1 to 65535",
        "topicMaxLevels | 201 | set 1 to 200",
        "topicMaxLevels | 0 | set 1 to 200",
        "filtersPerPacketMax | 0 | set 1 to 268435460",
        "userPropertiesMax | -1 | set 0 to 268435460",
        "userPropertiesMaxBytes | many | set 0 to 268435460",
        "wildcardSubscriptions | no | neither true nor false",
        "sharedSubscriptions | 1 | neither true nor false",
        "subscriptionIdentifiers | off | neither true nor false",
        "retain | nope | neither true nor false",
        "payloadFormatCheck | yes | neither true nor false",
        "allowAnonymousRemote | perhaps | neither true nor false",
        "maximumQos | 3 | set 0 to 2",
        "receiveMaximumExceeded | ignore | is not one of disconnect, warn",
        "responseInformation | a/+ | leave out + and #",
        "responseInformation | 100% | write %% for a percent sign",
        "responseInformation | %x | neither c, u nor %",
        "redirect | elsewhere | is not one of none, use-another-server, server-moved"
      })
  void badValueIsRefusedWithWhatToDo(String key, String value, String remedy) {
    SettingException refused = assertThrows(SettingException.class, () -> read(key, value));
    String text = refused.getMessage();
    assertTrue(
        text.startsWith("io.fluxmqtt.listener~x: " + key + "=" + value + " ")
            && text.contains(remedy),
        text);
  }

  @Test
  void whatIsForAddressesIsRefusedAtAUnixSocket() {
    String[][] all = {
      {"addressesAllowed", "10.0.0.0/8", "leave it empty"},
      {"proxyProtocol", "v1", "set off"},
      {"socketPath", "", "absolute path of at most 107 bytes"},
      {"socketPath", "run/socket", "absolute path of at most 107 bytes"},
      {"socketPath", "/", "absolute path of at most 107 bytes"},
      {"socketPath", "/" + "x".repeat(107), "absolute path of at most 107 bytes"}
    };
    for (String[] each : all) {
      String text =
          assertThrows(
                  SettingException.class,
                  () -> read("type", "unix", "socketPath", "/s", each[0], each[1]))
              .getMessage();
      assertTrue(text.contains(each[0] + "=") && text.contains(each[2]), text);
    }
    String longest = "/" + "x".repeat(106);
    assertEquals(
        "unix://" + longest, read("type", "unix", "socketPath", longest + "/../" + longest).uri());
  }

  @Test
  void kindAndGuestsAreRead() {
    ListenerSettings settings =
        read(
            "type", "ws",
            "host", "::1",
            "port", "80",
            "path", "/m",
            "connectionsMax", "7",
            "connectionsPerSecondMax", "8",
            "messagesPerSecondMax", "9",
            "bytesPerSecondMax", "1024",
            "addressesAllowed", "10.0.0.0/8",
            "proxyProtocol", "v2",
            "proxyTrusted", "10.1.0.0/16",
            "protocolVersions", "3.1, 5.0",
            "origins", "https://a.example:8443, null",
            "subprotocolRequired", "false");
    assertEquals("ws://[::1]:80/m", settings.uri());
    assertEquals(7, settings.admission().connectionsMax());
    assertEquals(8, settings.admission().connectionsPerSecondMax());
    assertEquals(new ClientRates(9, 1024), settings.rates());
    InetSocketAddress guest = new InetSocketAddress("10.2.3.4", 1);
    assertTrue(settings.admission().addressesAllowed().contains(guest));
    assertFalse(settings.proxy().trusted().contains(guest));
    assertEquals(ProxyTerms.Protocol.V2, settings.proxy().protocol());
    assertEquals(Set.of(ProtocolVersion.V3_1, ProtocolVersion.V5_0), settings.versions());
    assertEquals(
        new WebTerms("/m", false, List.of("https://a.example:8443", "null")), settings.web());
  }

  @Test
  void guestsOfAProxyAreNeverTakenForLocal() throws UnknownHostException {
    BindAddress loopback = BindAddress.Ip.resolve("127.0.0.1", 1);
    assertTrue(read().profile(loopback).loopbackOnly());
    assertFalse(read("proxyProtocol", "v1").profile(loopback).loopbackOnly());
    assertFalse(read().profile(BindAddress.Ip.resolve("0.0.0.0", 1)).loopbackOnly());
  }

  @Test
  void sameSocketServesOtherTermsButNotAnotherPlace() {
    assertTrue(read().hasSameSocketAs(read("type", "ws", "path", "/x", "connectionsMax", "1")));
    assertFalse(read().hasSameSocketAs(read("port", "1")));
    assertFalse(read().hasSameSocketAs(read("host", "::1")));
    assertFalse(read().hasSameSocketAs(read("backlog", "1")));
    ListenerSettings unix = read("type", "unix", "socketPath", "/a");
    assertFalse(read().hasSameSocketAs(unix));
    assertTrue(unix.hasSameSocketAs(read("type", "unix", "socketPath", "/a", "port", "1")));
    assertFalse(unix.hasSameSocketAs(read("type", "unix", "socketPath", "/b")));
    assertFalse(
        unix.hasSameSocketAs(read("type", "unix", "socketPath", "/a", "socketMode", "600")));
  }

  /** Not only once it is needed. */
  @ParameterizedTest
  @CsvSource({"none", "use-another-server", "server-moved"})
  void badReferenceIsRefused(String redirect) {
    for (String bad : new String[] {"a\nb", "x".repeat(1_001), "a\u0000b"}) {
      String text =
          assertThrows(
                  SettingException.class, () -> read("redirect", redirect, "serverReference", bad))
              .getMessage();
      assertTrue(
          text.startsWith("io.fluxmqtt.listener~x: serverReference=")
              && text.contains("1 to 1000 visible characters: host, host:port"),
          text);
    }
    read("redirect", redirect, "serverReference", "x".repeat(1_000));
  }

  @Test
  void hostMustBeThere() {
    String text = assertThrows(SettingException.class, () -> read("host", " ")).getMessage();
    assertTrue(text.contains("set an address of this machine"), text);
  }
}
