package io.fluxmqtt.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.admin.ListenerInfo.State;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The file of a Unix domain socket. */
@Timeout(60)
class UnixListenerTest {
  private final RecordingSessions sessions = new RecordingSessions();
  @TempDir Path folder;
  private Path path;
  private Transport transport;
  private TcpListener listener;

  /** The loops under test. */
  Loops loops() {
    return new Loops(1, "this test wants NIO");
  }

  @BeforeEach
  void start() {
    path = folder.resolve("socket");
    transport = new Transport(loops(), 50);
  }

  @AfterEach
  void stop() {
    listener.close();
    transport.close();
  }

  private void listen(String name, String mode) {
    Map<String, Object> keys =
        Map.of("type", "unix", "socketPath", folder.resolve(name).toString(), "socketMode", mode);
    ListenerSettings settings = TestListener.of(keys).settings();
    if (listener == null) {
      listener = new TcpListener(settings, transport, sessions);
      listener.start();
    } else {
      listener.update(settings);
    }
  }

  private void assertServes(Path at) throws IOException {
    int before = sessions.recorders.size();
    try (Line line = Kind.UNIX.raw("unix://" + at)) {
      line.out().write(Bytes.connect(4));
      await(() -> sessions.recorders.size() > before);
    }
  }

  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadline, "not in time");
      Thread.onSpinWait();
    }
  }

  private String mode() throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  @Test
  void fileHasTheModeAndGoesAtTheEnd() throws IOException {
    listen("socket", "0642");
    assertEquals("unix://" + path, listener.info().uri());
    assertEquals("rw-r---w-", mode());
    assertServes(path);
    assertTrue(sessions.recorders.get(0).connection.listener().loopbackOnly());
    listen("socket", "600");
    assertEquals(State.LISTENING, listener.info().state());
    assertEquals("rw-------", mode());
    assertServes(path);
    listener.close();
    assertFalse(Files.exists(path));
  }

  @Test
  void fileThatNobodyListensAtIsReplaced() throws IOException {
    try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      dead.bind(UnixDomainSocketAddress.of(path));
    }
    assertTrue(Files.exists(path));
    listen("socket", "0660");
    assertServes(path);
  }

  @Test
  void fileOfSomebodyElseStaysUntilHeIsGone() throws IOException {
    try (ServerSocketChannel other = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      other.bind(UnixDomainSocketAddress.of(path));
      listen("socket", "0660");
      assertEquals(State.RETRYING, listener.info().state());
      String problem = listener.info().problem();
      assertTrue(problem.contains("somebody listens at " + path), problem);
      assertTrue(problem.contains("ss -lxp"), problem);
      assertTrue(Files.exists(path));
    }
    await(() -> listener.info().state() == State.LISTENING);
    assertServes(path);
  }

  @Test
  void whatIsNoSocketIsLeftAlone() throws IOException {
    Files.writeString(path, "precious");
    listen("socket", "0660");
    assertEquals(State.RETRYING, listener.info().state());
    assertTrue(listener.info().problem().contains("is no socket"), listener.info().problem());
    Path link = folder.resolve("link");
    Files.createSymbolicLink(link, path);
    listen("link", "0660");
    assertEquals(State.RETRYING, listener.info().state());
    assertTrue(Files.exists(link, LinkOption.NOFOLLOW_LINKS));
    assertEquals("precious", Files.readString(path));
    Files.delete(path);
    Files.delete(link);
    await(() -> listener.info().state() == State.LISTENING);
  }

  @Test
  void moveKeepsClientsAndTakesTheFileAlong() throws IOException {
    listen("socket", "0660");
    try (Line client = Kind.UNIX.raw("unix://" + path)) {
      client.out().write(Bytes.connect(4));
      await(() -> sessions.recorders.size() == 1);
      listen("other", "0660");
      assertFalse(Files.exists(path));
      assertServes(folder.resolve("other"));
      client.out().write(Bytes.hex("C000"));
      await(() -> sessions.recorders.get(0).received.size() == 2);
    }
  }

  @Test
  void twoListenersDoNotShareAFile() {
    listen("socket", "0660");
    Map<String, Object> keys =
        Map.of("type", "unix", "socketPath", path.toString(), "service.pid", "x~two");
    TcpListener second = new TcpListener(TestListener.of(keys).settings(), transport, sessions);
    second.start();
    assertTrue(second.info().problem().contains("listener "), second.info().problem());
    listener.close();
    await(() -> second.info().state() == State.LISTENING);
    second.close();
  }
}
