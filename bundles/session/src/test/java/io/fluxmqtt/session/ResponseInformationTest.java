package io.fluxmqtt.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResponseInformationTest {
  @Test
  void placeholdersStandForTheClient() {
    assertEquals("100%/joe/meter", new ResponseInformation("100%%/%u/%c").of("meter", "joe"));
    assertNull(ResponseInformation.NONE.of("meter", "joe"));
  }

  @Test
  void userWhoIsAbsentGivesNone() {
    assertNull(new ResponseInformation("r/%u").of("meter", null));
    assertEquals("r/meter", new ResponseInformation("r/%c").of("meter", null));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a/b", "+", "#", "a+", "/", ""})
  void nameThatIsNotOneLevelGivesNone(String name) {
    assertNull(new ResponseInformation("r/%u").of("meter", name));
  }

  @Test
  void nameNeverBeginsATopicOfTheServer() {
    assertNull(new ResponseInformation("%c/r").of("$SYS", null));
    assertEquals("r/$SYS", new ResponseInformation("r/%c").of("$SYS", null));
  }

  @ParameterizedTest
  @ValueSource(strings = {"r/+", "r/#", "r/%", "r/%x", "%%%"})
  void patternThatIsNoTopicIsRefused(String pattern) {
    assertThrows(IllegalArgumentException.class, () -> new ResponseInformation(pattern));
  }
}
