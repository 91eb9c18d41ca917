package io.fluxmqtt.acl;

import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.spi.access.Access;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * With which QoS and RETAIN a rule counts. Bits 0 to 2 stand for the QoS of a PUBLISH without
 * RETAIN and of a Subscription, bits 3 to 5 for that of a PUBLISH with RETAIN.
 *
 * @param qos the QoS as the rule has it, or null for any
 * @param retain RETAIN as the rule has it, or null for either
 */
record Delivery(int bits, @Nullable String qos, @Nullable Boolean retain) {
  static final Delivery ANY = new Delivery(0x3F, null, null);

  private static final int LEVELS = 3;
  private static final int BOTH = 0b1001; // a QoS without and with RETAIN

  /**
   * Reads {@code 0}, {@code <=1}, {@code >=1} and such.
   *
   * @throws IllegalArgumentException if it is none
   */
  static Delivery of(@Nullable String qos, @Nullable Boolean retain) {
    int levels = qos == null ? BOTH * 0b111 : BOTH * levels(qos);
    int retained = retain == null ? 0x3F : retain ? 0b111 << LEVELS : 0b111;
    return new Delivery(levels & retained, qos, retain);
  }

  private static int levels(String qos) {
    int level = qos.isEmpty() ? -1 : Character.digit(qos.charAt(qos.length() - 1), LEVELS);
    String comparison = level < 0 ? "none" : qos.substring(0, qos.length() - 1);
    return switch (comparison) {
      case "" -> 1 << level;
      case "<=" -> (2 << level) - 1;
      case ">=" -> 0b111 & -1 << level;
      default -> throw new IllegalArgumentException("is none of 0, 1, 2, <=1, >=1");
    };
  }

  /** The bit of a request; all bits for a message, of which nothing is known. */
  static int bit(Access access) {
    if (access instanceof Access.Publish publish) {
      return 1 << publish.qos().level() + (publish.retain() ? LEVELS : 0);
    }
    return access instanceof Access.Subscribe subscribe ? bit(subscribe.qos()) : ANY.bits;
  }

  private static int bit(QoS qos) {
    return 1 << qos.level();
  }

  boolean fits(int asked) {
    return (bits & asked) != 0;
  }

  /** The words of the rule. */
  List<String> words() {
    List<String> words = new ArrayList<>();
    if (qos != null) {
      words.add("qos=" + qos);
    }
    if (retain != null) {
      words.add("retain=" + retain);
    }
    return words;
  }
}
