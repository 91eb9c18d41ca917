package io.fluxmqtt.health;

import static org.apache.felix.hc.api.Result.Status.CRITICAL;
import static org.apache.felix.hc.api.Result.Status.OK;
import static org.apache.felix.hc.api.Result.Status.WARN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.health.DiskHealth.Room;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.felix.hc.api.Result;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskHealthTest {
  private static final String DISK = "MQTT disk";
  private static final long LARGE = 1_000_000_000_000L;

  @Test
  void lessRoomIsAWarningThenRed() {
    assertEquals(OK, judged(200_000_000, LARGE).getStatus());
    assertEquals(WARN, judged(199_999_999, LARGE).getStatus());
    assertEquals(WARN, judged(100_000_000, LARGE).getStatus());
    assertEquals(CRITICAL, judged(99_999_999, LARGE).getStatus());
  }

  @Test
  void ofASmallDiskATenthIsAWarningAndATwentiethRed() {
    assertEquals(OK, judged(400_000, 4_000_000).getStatus());
    assertEquals(WARN, judged(399_999, 4_000_000).getStatus());
    assertEquals(WARN, judged(200_000, 4_000_000).getStatus());
    assertEquals(CRITICAL, judged(199_999, 4_000_000).getStatus());
  }

  @Test
  void linesSayHowMuchIsLeftAndWhatToDo() {
    assertEquals(
        "CRITICAL 0.1 MB of 4.0 MB are free at /data, red below 0.2 MB: make room now\n",
        Given.text(judged(100_000, 4_000_000)));
    assertEquals(
        "WARN 0.3 MB of 4.0 MB are free at /data, red below 0.2 MB: make room before the store"
            + " cannot write\n",
        Given.text(judged(300_000, 4_000_000)));
    assertEquals(
        "OK 3.0 MB of 4.0 MB are free at /data\n", Given.text(judged(3_000_000, 4_000_000)));
  }

  @Test
  void changedBoundsCountAtOnce() {
    HealthSettings[] settings = {Given.SETTINGS};
    Source<Room> source =
        new Source<>(() -> new Room(Path.of("/data"), 150_000_000, LARGE), Runnable::run, () -> 0);
    source.ask();
    DiskHealth disk = new DiskHealth(source, () -> settings[0]);
    assertEquals(WARN, disk.execute().getStatus());
    settings[0] = new HealthSettings(Duration.ofSeconds(3), 150_000_000, 100_000_000, 0, 14);
    assertEquals(OK, disk.execute().getStatus());
    settings[0] = new HealthSettings(Duration.ofSeconds(3), 200_000_000, 150_000_001, 0, 14);
    assertEquals(CRITICAL, disk.execute().getStatus());
  }

  private static Result judged(long free, long all) {
    Source<Room> source =
        new Source<>(() -> new Room(Path.of("/data"), free, all), Runnable::run, () -> 0);
    source.ask();
    return new DiskHealth(source, () -> Given.SETTINGS).execute();
  }

  @Test
  void diskOfTheStoreIsAsked(@TempDir Path folder) throws Exception {
    Given given = Given.running();
    given.store.folder = folder;
    given.watch.look(); // the disk is asked once the store has said where it is
    long size = Files.getFileStore(folder).getTotalSpace();
    String text = Given.text(given.looked(DISK));
    assertTrue(text.contains(Report.megabytes(size) + " are free at " + folder), text);

    given.watch.configure(new HealthSettings(Duration.ofSeconds(3), 0, 0, 0, 14));
    assertEquals(OK, given.status(DISK), "no bounds");

    given.watch.store().went(given.store);
    assertEquals("OK no store on a disk\n", Given.text(given.looked(DISK)));
  }

  @Test
  void folderThatIsGoneIsRedUntilItIsBack(@TempDir Path folder) throws Exception {
    Given given = Given.running();
    given.watch.configure(new HealthSettings(Duration.ofSeconds(3), 0, 0, 0, 14));
    Path store = folder.resolve("store");
    given.store.folder = store;
    given.watch.look();
    Result result = given.looked(DISK);
    assertEquals(CRITICAL, result.getStatus());
    assertTrue(
        Given.text(result).startsWith("CRITICAL the disk cannot say how much room is left: "),
        Given.text(result));
    Files.createDirectory(store);
    assertEquals(OK, given.status(DISK));
  }

  @Test
  void storeWithoutFilesHasNoDisk() {
    assertEquals("OK no store on a disk\n", Given.text(Given.running().looked(DISK)));
  }

  @Test
  void diskThatDoesNotAnswerIsRedUntilItDoes() {
    Given given = Given.running();
    given.threads.stuck = true;
    given.watch.look();
    given.pass(Report.SILENCE);
    Result result = given.result(DISK);
    assertEquals(CRITICAL, result.getStatus());
    assertTrue(Given.text(result).startsWith("CRITICAL the disk has not answered for 3.0 s"));
    given.threads.release();
    assertEquals(OK, given.status(DISK));
  }
}
