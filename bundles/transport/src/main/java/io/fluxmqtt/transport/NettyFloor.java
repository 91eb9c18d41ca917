package io.fluxmqtt.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.mqtt.MqttDecoder;
import io.netty.util.Version;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The oldest netty that may be used. Older versions of netty-codec-mqtt can be made to burn CPU, to
 * stall or to corrupt payloads by what a client sends; another Karaf feature may bring one.
 */
final class NettyFloor {
  private static final Pattern NUMBERS = Pattern.compile("(\\d+)\\.(\\d+)\\.(\\d+).*");
  private static final int[] FLOOR = {4, 2, 18};
  private static final int[] FLOOR_OF_4_1 = {4, 1, 138};
  private static final List<Class<?>> PARTS =
      List.of(
          MqttDecoder.class,
          ByteToMessageDecoder.class,
          Channel.class,
          ByteBuf.class,
          Version.class);

  private NettyFloor() {}

  /** What is wrong with the netty that this bundle is wired to, and what to do; or nothing. */
  static Optional<String> problem() {
    for (Class<?> part : PARTS) {
      for (Map.Entry<String, Version> found : Version.identify(part.getClassLoader()).entrySet()) {
        String artifact = found.getKey();
        String version = found.getValue().artifactVersion();
        if (artifact.startsWith("netty-") && isTooOld(version)) {
          return Optional.of(
              ("%s %s has known faults that clients can trigger; install 4.2.18 or later and"
                      + " refresh io.fluxmqtt.transport")
                  .formatted(artifact, version));
        }
      }
    }
    return Optional.empty();
  }

  static boolean isTooOld(String version) {
    Matcher numbers = NUMBERS.matcher(version);
    if (!numbers.matches()) {
      return true;
    }
    int[] found = {number(numbers, 1), number(numbers, 2), number(numbers, 3)};
    boolean is41 = found[0] == 4 && found[1] == 1;
    return Arrays.compare(found, is41 ? FLOOR_OF_4_1 : FLOOR) < 0;
  }

  private static int number(Matcher matcher, int group) {
    return Integer.parseInt(matcher.group(group));
  }
}
