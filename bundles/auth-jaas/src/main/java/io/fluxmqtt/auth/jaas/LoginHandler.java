package io.fluxmqtt.auth.jaas;

import io.fluxmqtt.api.message.Payload;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.PasswordCallback;
import javax.security.auth.callback.TextOutputCallback;
import javax.security.auth.callback.UnsupportedCallbackException;

/** Tells login modules a user name and a password, and forgets the password when it is closed. */
final class LoginHandler implements CallbackHandler, AutoCloseable {
  private final String userName;
  private final char[] password;
  private final List<PasswordCallback> told = new ArrayList<>();

  /**
   * A handler for one login.
   *
   * @throws CharacterCodingException if the password is not UTF-8, which no login module could take
   */
  LoginHandler(String userName, Payload password) throws CharacterCodingException {
    this.userName = userName;
    byte[] bytes = password.toByteArray();
    CharBuffer chars = CharBuffer.allocate(bytes.length);
    try {
      var decoder = StandardCharsets.UTF_8.newDecoder();
      var result = decoder.decode(ByteBuffer.wrap(bytes), chars, true);
      if (result.isError()) {
        result.throwException();
      }
      this.password = Arrays.copyOf(chars.array(), chars.position());
    } finally {
      Arrays.fill(bytes, (byte) 0);
      Arrays.fill(chars.array(), '\0');
    }
  }

  @Override
  public void handle(Callback[] callbacks) throws UnsupportedCallbackException {
    for (Callback callback : callbacks) {
      if (callback instanceof NameCallback name) {
        name.setName(userName);
      } else if (callback instanceof PasswordCallback secret) {
        secret.setPassword(password); // it takes a copy
        told.add(secret);
      } else if (!(callback instanceof TextOutputCallback)) {
        throw new UnsupportedCallbackException(
            callback, callback.getClass().getName() + " asks for what MQTT has no field for");
      }
    }
  }

  @Override
  public void close() {
    Arrays.fill(password, '\0');
    told.forEach(PasswordCallback::clearPassword);
  }
}
