package io.fluxmqtt.itests.faults.disk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.kit.Tool;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.channels.Pipe;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The compiled shim under a Java program, which is {@link Program} in a JVM of its own. */
@Timeout(120)
final class ShimTest {
  @TempDir private Path temporary;
  private Path root;
  private Shim shim;

  @BeforeEach
  void compile() throws Exception {
    Optional<Path> library = Shim.compile(temporary.resolve("shim"));
    Tool.skipUnless(library.isPresent(), "cc is missing; install " + Shim.PACKAGES);
    shim = Shim.of(library.get(), temporary.resolve("root"), temporary);
    root = shim.root();
    Files.writeString(root.resolve("old"), "old");
  }

  @Test
  void theImageOfAllChangesIsWhatLiesInTheFolder() throws Exception {
    DiskImage image = new DiskImage(root, true);
    run("everything");
    var there = DiskImage.sums(root);
    assertTrue(there.size() > 5, there::toString);
    image.follow(shim.log());
    assertEquals(Set.of(), image.blind());
    image.cut(Remains.ALL, new Random(1));
    assertEquals(there, DiskImage.sums(root));
  }

  @Test
  void onlyWhatWasSyncedIsLeft() throws Exception {
    DiskImage image = new DiskImage(root, true);
    run("synced");
    assertEquals("abcd", Files.readString(root.resolve("a")));
    image.follow(shim.log()).cut(Remains.SYNCED, new Random(1));
    assertEquals("ab", Files.readString(root.resolve("a")));
  }

  @Test
  void writesThroughMemoryAreNoticed() throws Exception {
    DiskImage image = new DiskImage(root, true);
    run("mapped");
    assertEquals(Set.of("mmap of /old"), image.follow(shim.log()).blind());
  }

  @Test
  void aSyncFailsWhileTheSwitchIsOn() throws Exception {
    assertEquals("synced", run("sync"));
    Shim.turn(shim.eio(), true);
    assertTrue(run("sync").contains("Input/output error"));
    Shim.turn(shim.eio(), false);
    assertEquals("synced", run("sync"));
  }

  @Test
  void theDiskIsFullWhileTheSwitchIsOn() throws Exception {
    Shim.turn(shim.full(), true);
    assertTrue(run("sync").contains("No space left on device"));
    Shim.turn(shim.full(), false);
    assertEquals("synced", run("sync"));
  }

  private String run(String what) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Program.class.getName()));
    command.addAll(List.of(what, root.toString()));
    Path output = temporary.resolve("output");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().putAll(shim.environment(true));
    Process process = builder.start();
    assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    String text = Files.readString(output).strip();
    assertEquals(0, process.exitValue(), text);
    return text;
  }

  /** Changes files in the ways that Java has. */
  static final class Program {
    private Program() {}

    public static void main(String[] arguments) throws IOException {
      Path root = Path.of(arguments[1]);
      switch (arguments[0]) {
        case "everything" -> everything(root);
        case "synced" -> synced(root.resolve("a"));
        case "mapped" -> {
          try (FileChannel file = open(root.resolve("old"))) {
            file.map(MapMode.READ_WRITE, 0, 2).put(0, (byte) 120);
          }
        }
        default -> {
          try (FileChannel file = open(root.resolve("a"))) {
            file.write(bytes("x"));
            file.force(false);
            System.out.println("synced");
          } catch (IOException e) {
            System.out.println(e.getMessage());
          }
        }
      }
    }

    private static void synced(Path path) throws IOException {
      try (FileChannel file = open(path);
          FileChannel folder = FileChannel.open(path.getParent(), StandardOpenOption.READ)) {
        file.write(bytes("ab"));
        file.force(false);
        folder.force(true);
        file.write(bytes("cd"));
      }
    }

    private static void everything(Path root) throws IOException {
      Random random = new Random(5);
      byte[] block = new byte[100_000];
      random.nextBytes(block);
      Files.createDirectories(root.resolve("one/two"));
      for (int i = 0; i < 10; i++) {
        Path path = root.resolve("one/two/" + i);
        try (FileChannel file = open(path)) {
          file.write(new ByteBuffer[] {bytes("head"), ByteBuffer.wrap(block)}); // gathered
          file.write(ByteBuffer.wrap(block), random.nextInt(300_000)); // may leave a hole
          file.truncate(random.nextInt(250_000));
          file.write(bytes("end"));
          file.force(i % 2 == 0);
        }
        Files.writeString(path, "appended", StandardOpenOption.APPEND);
      }
      Files.move(root.resolve("one/two/0"), root.resolve("zero"));
      Files.move(
          root.resolve("one/two/1"), root.resolve("old"), StandardCopyOption.REPLACE_EXISTING);
      Files.delete(root.resolve("one/two/2"));
      Files.createLink(root.resolve("three"), root.resolve("one/two/3"));
      Files.writeString(root.resolve("one/two/4"), "anew");
      for (int i = 0; i < 5; i++) {
        try (var names = Files.newDirectoryStream(root)) {
          names.forEach(name -> {}); // the pipe may get the numbers of its descriptors
        }
        Pipe.open().sink().write(bytes("x"));
      }
      Files.createDirectory(root.resolve("gone"));
      Files.delete(root.resolve("gone"));
    }

    private static FileChannel open(Path path) throws IOException {
      return FileChannel.open(
          path, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.READ);
    }

    private static ByteBuffer bytes(String text) {
      return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }
  }
}
