package io.fluxmqtt.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.StringReader;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;

class PropertiesTextTest {
  private static final String FILE =
      """
      # The port. 0 lets the system choose.
      port = 1883

      ! another comment
      host=127.0.0.1
      authenticators = file, \\
          anonymous
      odd\\ key : a\\=b\\u0041
      """;

  @Test
  void valuesAreAsPropertiesReadsThem() throws IOException {
    Properties expected = new Properties();
    expected.load(new StringReader(FILE));
    assertEquals(expected, PropertiesText.parse(FILE).values());
    assertEquals("file, anonymous", PropertiesText.parse(FILE).values().get("authenticators"));
    assertEquals("a=bA", PropertiesText.parse(FILE).values().get("odd key"));
  }

  @Test
  void whatIsNotChangedStaysAsItIs() {
    assertEquals(FILE, PropertiesText.parse(FILE).toString());
    String windows = "# a\r\nport = 1\r\n";
    assertEquals(windows, PropertiesText.parse(windows).toString());
    assertEquals(
        FILE.replace("port = 1883", "port = 1884"),
        PropertiesText.parse(FILE).with("port", "1884").toString());
    assertEquals(
        FILE.replace("host=127.0.0.1\n", ""),
        PropertiesText.parse(FILE).without("host").toString());
  }

  @Test
  void valueOverSeveralLinesIsReplacedAsAWhole() {
    assertEquals(
        FILE.replace("authenticators = file, \\\n    anonymous\n", "authenticators = file\n"),
        PropertiesText.parse(FILE).with("authenticators", "file").toString());
  }

  @Test
  void newKeyGoesToTheEnd() {
    assertEquals("a = 1\nb = 2\n", PropertiesText.parse("a = 1").with("b", "2").toString());
    assertEquals("b = 2\n", PropertiesText.parse("").with("b", "2").toString());
  }

  @Test
  void ofAKeyThatIsThereTwiceTheLastOneCountsAndOneStays() {
    PropertiesText twice = PropertiesText.parse("a = 1\n# c\na = 2\n");
    assertEquals(Map.of("a", "2"), twice.values());
    assertEquals("# c\na = 3\n", twice.with("a", "3").toString());
    assertEquals("# c\n", twice.without("a").toString());
  }

  @Test
  void everyValueComesBackAsItWas() throws IOException {
    for (String value :
        new String[] {
          "", " blank", "a\\b", "two\nlines", "\ttab", "größer ☃", "a=b:c#d!e", "end\\", "$", "%c/+"
        }) {
      String text = PropertiesText.parse("# c\nk = old").with("k", value).toString();
      assertEquals(value, PropertiesText.parse(text).values().get("k"), text);
      Properties others = new Properties();
      others.load(new StringReader(text));
      assertEquals(value, others.getProperty("k"), text);
    }
  }

  @Test
  void valueCannotSmuggleAnotherKeyIn() {
    String text = PropertiesText.parse("").with("k", "v\nport = 1\r\nx=").toString();
    assertEquals(1, PropertiesText.parse(text).values().size());
    assertEquals(1, text.lines().count());
  }

  @Test
  void brokenEscapesAreReadWithoutHarm() {
    assertEquals(Map.of("k", "uxyz"), PropertiesText.parse("k=\\uxyz").values());
    assertEquals(Map.of("k", "a\\"), PropertiesText.parse("k=a\\").values());
    assertEquals(Map.of("k", ""), PropertiesText.parse("k").values());
  }
}
