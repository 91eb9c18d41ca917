package io.fluxmqtt.auth.jaas;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.fluxmqtt.api.message.Payload;
import java.nio.charset.CharacterCodingException;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.LanguageCallback;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.PasswordCallback;
import javax.security.auth.callback.UnsupportedCallbackException;
import org.junit.jupiter.api.Test;

class LoginHandlerTest {
  private final NameCallback name = new NameCallback("name");
  private final PasswordCallback password = new PasswordCallback("password", false);

  @Test
  void nameAndPasswordAreToldAndThePasswordIsForgotten() throws Exception {
    LoginHandler handler = new LoginHandler("ann", Payload.ofUtf8("pä€😀"));
    handler.handle(new Callback[] {name, password});
    assertEquals("ann", name.getName());
    assertArrayEquals("pä€😀".toCharArray(), password.getPassword());
    handler.close();
    assertEquals("", left(password));
    PasswordCallback late = new PasswordCallback("password", false);
    handler.handle(new Callback[] {late});
    assertArrayEquals(new char["pä€😀".length()], late.getPassword());
  }

  /** What a callback still tells; the JDK overwrites with blanks. */
  private static String left(PasswordCallback callback) {
    char[] left = callback.getPassword();
    return left == null ? "" : new String(left).strip();
  }

  @Test
  void whatMqttHasNoFieldForIsRefused() throws CharacterCodingException {
    LoginHandler handler = new LoginHandler("ann", Payload.ofUtf8("x"));
    Callback[] asked = {new LanguageCallback()};
    assertThrows(UnsupportedCallbackException.class, () -> handler.handle(asked));
    assertNull(((LanguageCallback) asked[0]).getLocale());
  }

  @Test
  void bytesThatAreNoTextAreNoPassword() {
    for (byte[] bytes : new byte[][] {{(byte) 0xFF}, {'a', (byte) 0xE2, (byte) 0x82}}) {
      Payload payload = Payload.copyOf(bytes);
      assertThrows(CharacterCodingException.class, () -> new LoginHandler("ann", payload));
    }
  }
}
