package io.fluxmqtt.itests.kit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Feeds a fuzz target with its corpus, then with mutations of that and of its seeds, the same ones
 * on every run, so that every build tries more than the seeds. It knows nothing of coverage:
 * finding new paths is left to the fuzzer.
 *
 * <p>The seeds of a test class are the resources in the folder {@code <name>Inputs}, which JUnit
 * replays one by one. The corpus is what long runs of the fuzzer kept, for each covers what no
 * other does: in {@code <name>Corpus.txt}, a line of Base64 each.
 */
public final class ShortRun {
  private static final int MAX_BYTES = 4096;
  private static final int[] TELLING = {0, 1, 2, 4, 0x10, '#', '+', '/', '$', 0x7F, 0x80, 0xFF};

  private final Random random = new Random(20260101);
  private final List<byte[]> seeds;

  private ShortRun(List<byte[]> seeds) {
    this.seeds = seeds;
  }

  /**
   * Runs a target.
   *
   * @param test the test class
   * @param runs how many mutations
   */
  public static void of(Class<?> test, int runs, Consumer<byte[]> target) {
    List<byte[]> corpus = corpus(test);
    corpus.forEach(input -> run(test, input, target));
    ShortRun inputs = new ShortRun(Stream.concat(seeds(test).stream(), corpus.stream()).toList());
    for (int i = 0; i < runs; i++) {
      run(test, inputs.next(), target);
    }
  }

  private static void run(Class<?> test, byte[] input, Consumer<byte[]> target) {
    try {
      target.accept(input.clone());
    } catch (RuntimeException | AssertionError | StackOverflowError e) {
      throw new AssertionError(
          "%s fails; keep this input as a file in %sInputs: %s"
              .formatted(test, test.getSimpleName(), HexFormat.of().formatHex(input)),
          e);
    }
  }

  private static List<byte[]> corpus(Class<?> test) {
    URL url = test.getResource(test.getSimpleName() + "Corpus.txt");
    if (url == null) {
      return List.of();
    }
    try (Stream<String> lines = Files.lines(Path.of(asUri(url)))) {
      return lines.map(Base64.getDecoder()::decode).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<byte[]> seeds(Class<?> test) {
    String folder = test.getSimpleName() + "Inputs";
    URL url = test.getResource(folder);
    if (url == null) {
      throw new AssertionError("there are no seeds in " + folder);
    }
    try (Stream<Path> files = Files.walk(Path.of(asUri(url)))) {
      return files.filter(Files::isRegularFile).sorted().map(ShortRun::read).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static URI asUri(URL url) {
    try {
      return url.toURI();
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static byte[] read(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private byte[] next() {
    byte[] input = seed();
    for (int changes = 1 + random.nextInt(6); changes > 0; changes--) {
      input = changed(input);
    }
    return input.length > MAX_BYTES ? Arrays.copyOf(input, MAX_BYTES) : input;
  }

  private byte[] seed() {
    return seeds.get(random.nextInt(seeds.size()));
  }

  private byte[] changed(byte[] input) {
    int at = random.nextInt(input.length + 1);
    int length = Math.min(1 + random.nextInt(16), input.length - at);
    byte[] telling = {(byte) TELLING[random.nextInt(TELLING.length)]};
    return switch (random.nextInt(7)) {
      case 0 -> joined(input, at, new byte[] {(byte) random.nextInt(256)}, at + 1);
      case 1 -> joined(input, at, telling, at + 1);
      case 2 -> joined(input, at, telling, at);
      case 3 -> joined(input, at, new byte[0], at + length); // without a part
      case 4 -> joined(input, at, Arrays.copyOfRange(input, at, at + length), at); // a part twice
      case 5 -> {
        byte[] other = seed();
        yield joined(input, at, tail(other, random.nextInt(other.length + 1)), input.length);
      }
      default -> {
        byte bit = at < input.length ? (byte) (input[at] ^ (1 << random.nextInt(8))) : 0;
        yield joined(input, at, new byte[] {bit}, at + 1);
      }
    };
  }

  private static byte[] tail(byte[] bytes, int from) {
    return Arrays.copyOfRange(bytes, from, bytes.length);
  }

  /** The input up to an index, then other bytes, then the input from an index on. */
  private static byte[] joined(byte[] input, int end, byte[] middle, int from) {
    byte[] rest = from < input.length ? tail(input, from) : new byte[0];
    byte[] all = Arrays.copyOf(input, end + middle.length + rest.length);
    System.arraycopy(middle, 0, all, end, middle.length);
    System.arraycopy(rest, 0, all, end + middle.length, rest.length);
    return all;
  }
}
