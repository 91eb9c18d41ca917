package io.fluxmqtt.shell.karaf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.admin.ListenerInfo;
import io.fluxmqtt.api.admin.RetainedInfo;
import io.fluxmqtt.api.message.QoS;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.karaf.shell.api.console.CommandLine;
import org.apache.karaf.shell.api.console.Completer;
import org.apache.karaf.shell.support.completers.ArgumentCommandLine;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the tabulator key offers. */
class CompletersTest {
  private final FakeBroker broker = new FakeBroker();

  @Test
  void clientIdsAreCompletedButNoneThatCannotBeTyped() {
    broker.client("meter-1", null, true);
    broker.client("meter\n2", null, true);
    broker.client("lamp", null, false);
    assertEquals(List.of("meter-1 "), offered(clientIds(broker), "me"));
  }

  @Test
  void retainedTopicsAndTheFilterForAllAreOffered() {
    broker.retained.add(new RetainedInfo("a/1", QoS.AT_MOST_ONCE, 1, null, null));
    RetainedTopicCompleter completer = new RetainedTopicCompleter();
    completer.context = new FakeKaraf(broker).context();
    assertEquals(List.of("# ", "a/1 "), offered(completer, ""));
  }

  @Test
  void accessesAndListenersAreCompleted() {
    assertEquals(List.of("publish "), offered(new AccessCompleter(), "p"));
    assertEquals(List.of("publish ", "receive ", "subscribe "), offered(new AccessCompleter(), ""));
    broker.listeners.add(
        new ListenerInfo("lan", "tcp://127.0.0.1:1883", ListenerInfo.State.LISTENING, null, 0, ""));
    ListenerCompleter completer = new ListenerCompleter();
    completer.context = new FakeKaraf(broker).context();
    assertEquals(List.of("lan "), offered(completer, ""));
  }

  @Test
  void nothingIsOfferedWithoutBroker() {
    assertEquals(List.of(), offered(clientIds(null), ""));
  }

  @Test
  void foldersAreOfferedButNoFiles(@TempDir Path folder) throws IOException {
    Files.createDirectory(folder.resolve("copies"));
    Files.writeString(folder.resolve("copy.txt"), "");
    FolderCompleter completer = new FolderCompleter();
    assertTrue(completer.accept(folder.resolve("copies")));
    assertFalse(completer.accept(folder.resolve("copy.txt")));
  }

  private static Completer clientIds(@Nullable FakeBroker broker) {
    ClientIdCompleter completer = new ClientIdCompleter();
    completer.context = new FakeKaraf(broker).context();
    return completer;
  }

  private static List<String> offered(Completer completer, String typed) {
    CommandLine line = new ArgumentCommandLine(typed, typed.length());
    List<String> candidates = new ArrayList<>();
    completer.complete(new FakeKaraf(null).session(), line, candidates);
    return candidates.stream().sorted().toList();
  }
}
