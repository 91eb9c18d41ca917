package io.fluxmqtt.auth.scram;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.ongres.scram.client.ScramClient;
import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.spi.auth.Exchange;
import io.fluxmqtt.api.spi.auth.ExchangeStep;
import java.nio.charset.StandardCharsets;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever a client says, it is answered, and nobody enters who does not know the password. */
class HostileClientTest {
  private static final Mechanism SHA_256 = Mechanism.SCRAM_SHA_256;
  private static final String ANN = Given.line("ann", SHA_256);

  @Provide
  Arbitrary<String> messages() {
    Arbitrary<String> parts =
        Arbitraries.of(
            "n",
            "y",
            "p=x",
            ",",
            ",,",
            "n=ann",
            "n==",
            "r=abc",
            "r=",
            "a=ann",
            "m=1",
            "=2C",
            "=3D",
            "c=biws",
            "p=",
            "abcserver-nonce",
            "AAAA",
            "\u0000",
            "\uD83D\uDE00",
            "\u0300",
            "\u05D0");
    return Arbitraries.oneOf(
        parts.list().ofMaxSize(12).map(list -> String.join("", list)), Arbitraries.strings());
  }

  @Property
  void noiseIsAnsweredAndNeverAccepted(
      @ForAll("messages") String first, @ForAll("messages") String second) throws Exception {
    Exchange exchange = new Given(SHA_256, ANN).begin();
    ExchangeStep step = Given.say(exchange, first);
    assertFalse(step instanceof ExchangeStep.Accepted);
    step = Given.say(exchange, second);
    assertFalse(step instanceof ExchangeStep.Accepted);
  }

  /** One bit anywhere in the last message, or in the first, and the proof fits no more. */
  @Property
  void changedMessageIsNeverAccepted(@ForAll boolean isFirst, @ForAll int bit) throws Exception {
    Given given = new Given(SHA_256, ANN);
    Exchange exchange = given.begin();
    ScramClient client = ScramExchangeTest.client(SHA_256, "ann", "pencil");
    byte[] first = bytes(client.clientFirstMessage().toString());
    if (isFirst) {
      flip(first, bit);
    }
    if (!(said(exchange, first) instanceof ExchangeStep.Continue step)) {
      return;
    }
    String challenge = step.data() == null ? "" : step.data().toUtf8();
    byte[] last;
    try {
      client.serverFirstMessage(challenge);
      last = bytes(client.clientFinalMessage().toString());
    } catch (com.ongres.scram.common.exception.ScramException | IllegalArgumentException e) {
      return; // the nonce is not the client's any more
    }
    if (!isFirst) {
      flip(last, bit);
    }
    ExchangeStep end = said(exchange, last);
    assertTrue(end instanceof ExchangeStep.Rejected, end::toString);
  }

  private static void flip(byte[] bytes, int bit) {
    int at = Math.floorMod(bit, bytes.length * 8);
    bytes[at / 8] ^= (byte) (1 << at % 8);
  }

  private static ExchangeStep said(Exchange exchange, byte[] message) {
    return exchange.next(Payload.copyOf(message)).toCompletableFuture().join();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
