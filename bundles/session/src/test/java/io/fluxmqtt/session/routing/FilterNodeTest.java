package io.fluxmqtt.session.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.session.routing.FilterNode.Added;
import org.junit.jupiter.api.Test;

/** What a node says to a caller that another one was faster than. */
class FilterNodeTest {
  private static final Grant GRANT = new Grant(QoS.AT_LEAST_ONCE, false, false, 0);

  private final LevelNames names = new LevelNames();
  private final FilterNode<String> root = new FilterNode<>();

  @Test
  void childIsMadeOnce() {
    for (String level : new String[] {"a", "+", "b"}) {
      FilterNode<String> child = make(root, level);

      assertNotNull(child);
      assertSame(child, make(root, level));
      assertSame(child, root.child(level, 0, 1));
    }
    assertEquals(4, root.count());
  }

  @Test
  void nodeThatWasCutOffRefusesWhatComesLater() {
    FilterNode<String> child = make(root, "a");
    assertTrue(root.prune(child));

    assertEquals(Added.REFUSED, child.put(false, "s", GRANT));
    assertEquals(Added.REFUSED, child.putShared(false, "g", "a", "s", GRANT));
    assertEquals(Added.REFUSED, child.put(true, "s", GRANT));
    assertNull(make(child, "b"));
    assertNull(root.child("a", 0, 1));
  }

  @Test
  void nodeIsCutOffOnce() {
    FilterNode<String> child = make(root, "a");
    assertTrue(root.prune(child));
    FilterNode<String> next = make(root, "a");

    assertFalse(root.prune(child), "the second of two that emptied it");

    assertSame(next, root.child("a", 0, 1));
  }

  @Test
  void nodeThatHasSomethingStays() {
    FilterNode<String> child = make(root, "a");
    child.put(false, "s", GRANT);
    assertFalse(root.prune(child));
    child.remove(false, "s");
    child.putShared(false, "g", "a", "s", GRANT);
    assertFalse(root.prune(child));
    child.removeShared(false, "g", "s");
    child.put(true, "s", GRANT);
    assertFalse(root.prune(child));
    child.remove(true, "s");
    child.putShared(true, "g", "a/#", "s", GRANT);
    assertFalse(root.prune(child));
    child.removeShared(true, "g", "s");
    FilterNode<String> plus = make(child, "+");
    assertFalse(root.prune(child));
    child.prune(plus);
    make(child, "b");
    assertFalse(root.prune(child));

    assertSame(child, root.child("a", 0, 1));
  }

  @Test
  void cuttingOffTellsWhetherTheParentIsEmptyToo() {
    FilterNode<String> a = make(root, "a");
    FilterNode<String> b = make(root, "b");

    assertFalse(root.prune(a));
    assertTrue(root.prune(b));
  }

  @Test
  void additionsTellWhatIsNew() {
    FilterNode<String> node = make(root, "a");

    assertEquals(Added.NEW, node.put(false, "s", GRANT));
    assertEquals(Added.NEW, node.put(false, "t", GRANT));
    assertEquals(Added.REPLACED, node.put(false, "s", GRANT));
    assertEquals(Added.NEW, node.putShared(false, "g", "a", "s", GRANT));
    assertEquals(Added.NEW, node.putShared(false, "g", "a", "t", GRANT));
    assertEquals(Added.REPLACED, node.putShared(false, "g", "a", "s", GRANT));
    assertEquals(Added.NEW, node.putShared(false, "h", "a", "s", GRANT));
  }

  @Test
  void filterAndTheOneThatGoesOnWithRestHaveReceiversOfTheirOwn() {
    FilterNode<String> node = make(root, "a");

    assertEquals(Added.NEW, node.put(false, "s", GRANT));
    assertEquals(Added.NEW, node.put(true, "s", GRANT));
    assertEquals(GRANT, node.remove(false, "s"));
    assertNull(node.remove(false, "s"));
    assertNull(node.removeShared(true, "g", "s"));
    assertEquals(GRANT, node.remove(true, "s"));
  }

  private FilterNode<String> make(FilterNode<String> node, String level) {
    return node.makeChild(level, 0, level.length(), names);
  }
}
