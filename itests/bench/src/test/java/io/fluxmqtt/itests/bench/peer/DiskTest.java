package io.fluxmqtt.itests.bench.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskTest {
  @Test
  void memoryIsToldFromDisks() {
    assertTrue(new Disk("tmpfs", "tmpfs", 1).isMemory());
    assertFalse(new Disk("/dev/sda", "ext4", 1).isMemory());
  }

  @Test
  void itIsShownWithItsTimeForASync() {
    assertEquals(
        "/dev/sda (ext4), a sync of 4 KB takes 1.25 ms",
        new Disk("/dev/sda", "ext4", 1_250_000).text());
  }

  @Test
  void nothingIsLeftOfTheMeasurement(@TempDir Path folder) throws Exception {
    Disk disk = Disk.of(folder);
    assertEquals(Files.getFileStore(folder).type(), disk.type());
    assertTrue(disk.syncNanos() > 0);
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(0, files.count());
    }
  }
}
