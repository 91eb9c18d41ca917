package io.fluxmqtt.auth.scram;

import com.ongres.saslprep.SASLprep;

/** User names and passwords in the one form in which they are compared: SASLprep, RFC 4013. */
final class Names {
  private static final SASLprep PROFILE = new SASLprep();

  private Names() {}

  /**
   * What is kept in a file.
   *
   * @throws IllegalArgumentException if it is empty or holds what is prohibited; its text quotes
   *     nothing
   */
  static String stored(String text) {
    return checked(text, true);
  }

  /** What a client has sent; as {@link #stored}, but code points of younger Unicode may do. */
  static String sent(String text) {
    return checked(text, false);
  }

  private static String checked(String text, boolean stored) {
    String prepared;
    try {
      prepared = stored ? PROFILE.prepareStored(text) : PROFILE.prepareQuery(text);
    } catch (IndexOutOfBoundsException e) { // the library's answer to what it maps to nothing
      prepared = "";
    } catch (IllegalArgumentException e) { // its text names the character, of a password too
      throw new IllegalArgumentException("it holds a character that SASLprep (RFC 4013) prohibits");
    }
    if (prepared.isEmpty()) {
      throw new IllegalArgumentException("it is empty");
    }
    return prepared;
  }
}
