package io.fluxmqtt.session.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PacketIdsTest {
  private static final int ALL = 65_535;

  private final PacketIds<String> ids = new PacketIds<>();
  private final Map<Integer, String> expected = new LinkedHashMap<>();

  @Test
  void takesNoRoomBeforeTheFirst() {
    assertEquals(0, ids.capacity());
    assertFalse(ids.contains(1));
    assertNull(ids.get(1));
    assertFalse(ids.remove(1));
    assertEquals(List.of(), ids.ids());
  }

  @Test
  void keepsTheOrderInWhichTheyCame() {
    put(7, 3, 65_535, 1, 300);
    assertSame();
    remove(65_535);
    put(65_535);
    assertSame();
    assertEquals(List.of(7, 3, 1, 300, 65_535), ids.ids());
  }

  @Test
  void oneThatIsThereKeepsItsPlaceAndGetsTheValue() {
    put(1, 2, 3);
    ids.put(2, "new");
    expected.put(2, "new");
    assertSame();
  }

  @Test
  void oneWithoutValueIsThereAllTheSame() {
    ids.put(5, null);
    assertTrue(ids.contains(5));
    assertNull(ids.get(5));
    assertEquals(1, ids.size());
    assertEquals(List.of(5), ids.ids());
    assertEquals(List.of(), ids.values());
    assertTrue(ids.remove(5));
    assertFalse(ids.remove(5));
  }

  @Test
  void thoseThatMeetInTheTableAreTold() {
    for (int first = 1; first <= ALL - 7 * 377; first += 111) {
      for (int i = 0; i < 7; i++) {
        put(first + i * 377); // nearly the same place for all: 377 is a Fibonacci number
      }
      assertSame();
      for (int i : new int[] {3, 0, 6, 2, 1, 5, 4}) {
        remove(first + i * 377);
        assertSame();
      }
    }
  }

  @Test
  void inOrderNothingGrowsHoweverManyCome() {
    put(1, 2, 3, 4);
    for (int id = 5; id <= ALL; id++) {
      put(id);
      remove(id - 4);
    }
    assertEquals(8, ids.capacity());
    assertSame();
  }

  @Test
  void oneThatStaysBehindDoesNotMakeItGrow() {
    put(1, 2, 3);
    for (int id = 4; id <= ALL; id++) {
      put(id);
      remove(id - 2);
    }
    assertEquals(8, ids.capacity());
    assertEquals(List.of(1, ALL - 1, ALL), ids.ids());
  }

  @Test
  void allIdentifiersFindRoomAndLeaveNoneBehind() {
    for (int id = ALL; id > 0; id--) {
      put(id);
    }
    assertSame();
    assertEquals(65_536, ids.capacity());
    for (int id = 1; id <= ALL; id++) {
      remove(id);
    }
    assertEquals(0, ids.capacity(), "what a burst needed is given back");
    put(9);
    assertSame();
  }

  @Test
  void smallOneKeepsItsRoom() {
    for (int id = 1; id <= 128; id++) {
      put(id);
    }
    for (int id = 1; id <= 128; id++) {
      remove(id);
    }
    assertEquals(128, ids.capacity());
    put(200, 1);
    assertSame();
  }

  @Test
  void agreesWithALinkedMapWhateverIsDone() {
    Random random = new Random(20_261);
    for (int round = 0; round < 200; round++) {
      int spread = 1 << (1 + random.nextInt(16));
      int most = 1 + random.nextInt(80);
      for (int step = 0; step < 300; step++) {
        int id = 1 + random.nextInt(spread) % ALL;
        if (expected.size() < most && random.nextInt(5) > 0) {
          put(id);
        } else {
          List<Integer> there = new ArrayList<>(expected.keySet());
          remove(there.isEmpty() ? id : there.get(random.nextInt(there.size())));
        }
        assertEquals(expected.get(id), ids.get(id));
        assertEquals(expected.containsKey(id), ids.contains(id));
      }
      assertSame();
    }
  }

  private void put(int... several) {
    for (int id : several) {
      ids.put(id, "v" + id);
      expected.put(id, "v" + id);
    }
  }

  private void remove(int id) {
    assertEquals(expected.remove(id) != null, ids.remove(id));
  }

  private void assertSame() {
    assertEquals(expected.size(), ids.size());
    assertEquals(List.copyOf(expected.keySet()), ids.ids());
    assertEquals(List.copyOf(expected.values()), ids.values());
    expected.forEach((id, value) -> assertEquals(value, ids.get(id)));
  }
}
