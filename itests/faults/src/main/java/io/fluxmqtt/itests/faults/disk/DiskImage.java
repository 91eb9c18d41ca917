package io.fluxmqtt.itests.faults.disk;

import io.fluxmqtt.itests.faults.disk.DiskLog.Change;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/**
 * What is on the disk of a folder, in the strict reading of POSIX: data once the file was synced,
 * names once their folder was. It begins with what lies in the folder, follows a log, and is
 * written back as a cut would have left it. Not for folders that are renamed.
 */
public final class DiskImage {
  /** A change of a name that was not synced yet; {@code file} is null for a removal. */
  private record Naming(long number, String path, FileImage file, boolean isFolder) {}

  private final String root;
  private final boolean honest;
  private final Map<Long, FileImage> byInode = new HashMap<>();
  private final Map<Long, String> folders = new HashMap<>();
  private final Map<String, FileImage> live = new HashMap<>();
  private final Map<String, FileImage> named = new TreeMap<>(); // on the disk
  private final Set<String> made = new HashSet<>(); // folders on the disk
  private final List<List<Naming>> namings = new ArrayList<>(); // what one call did, together
  private final Map<Long, Long> begun = new HashMap<>(); // sync → change
  private final Set<String> blind = new HashSet<>();
  private long number;
  private long syncs;

  /**
   * An image of what lies in a folder, all of it taken for synced.
   *
   * @param honest whether a sync counts; without, this is a disk that lies
   */
  public DiskImage(Path root, boolean honest) throws IOException {
    this.root = root.toString();
    this.honest = honest;
    try (Stream<Path> paths = Files.walk(root)) {
      for (Path path : (Iterable<Path>) paths::iterator) {
        long inode = (Long) Files.getAttribute(path, "unix:ino");
        if (Files.isDirectory(path)) {
          folders.put(inode, path.toString());
          made.add(path.toString());
        } else if (Files.isRegularFile(path)) {
          FileImage file = new FileImage(Files.readAllBytes(path));
          byInode.put(inode, file);
          live.put(path.toString(), file);
          named.put(path.toString(), file);
        }
      }
    }
  }

  /** Follows a log to its end. */
  public DiskImage follow(Path log) throws IOException {
    try (DiskLog changes = new DiskLog(log)) {
      for (Optional<Change> change = changes.next(); change.isPresent(); change = changes.next()) {
        number++;
        apply(change.get());
      }
    }
    return this;
  }

  /** How many syncs ended. */
  public long syncs() {
    return syncs;
  }

  /** What the log cannot know, such as {@code mmap of 000004.log}; empty if it is complete. */
  public Set<String> blind() {
    return Collections.unmodifiableSet(blind);
  }

  /** Replaces the content of the folder by what a cut leaves; this image is spent afterwards. */
  public String cut(Remains remains, Random random) throws IOException {
    int kept =
        switch (remains) {
          case SYNCED -> 0;
          case ALL -> namings.size();
          case PREFIX, SECTORS -> random.nextInt(namings.size() + 1);
        };
    int lost = namings.size() - kept;
    namings.subList(0, kept).forEach(each -> each.forEach(this::name));
    clear();
    long bytes = 0;
    int dirty = 0;
    for (String folder : made.stream().sorted().toList()) {
      if (isReachable(folder)) {
        Files.createDirectories(Path.of(folder));
      }
    }
    for (Map.Entry<String, FileImage> each : named.entrySet()) {
      if (isReachable(each.getKey())) {
        dirty += each.getValue().isClean() ? 0 : 1;
        byte[] content = each.getValue().afterCut(remains, random);
        bytes += content.length;
        Files.write(Path.of(each.getKey()), content);
      }
    }
    return "%s: %d syncs, %d files not synced, %d of %d new names lost, %d bytes left"
        .formatted(remains, syncs, dirty, lost, lost + kept, bytes);
  }

  /** Files and a sum over them, to compare images in tests. */
  static Map<String, Long> sums(Path folder) throws IOException {
    Map<String, Long> sums = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : (Iterable<Path>) paths.filter(Files::isRegularFile)::iterator) {
        CRC32 sum = new CRC32();
        sum.update(Files.readAllBytes(path));
        sums.put(folder.relativize(path).toString(), sum.getValue());
      }
    }
    return sums;
  }

  private void apply(Change change) {
    long inode = change.inode();
    switch (change.kind()) {
      case OPEN -> open(change);
      case WRITE -> file(inode).write(number, change.a(), change.data());
      case TRUNCATE -> file(inode).truncate(number, change.a());
      case EXTEND -> file(inode).extend(number, change.a());
      case ZERO -> file(inode).write(number, change.a(), new byte[Math.toIntExact(change.b())]);
      case SYNC_BEGIN -> begun.put(change.a(), number);
      case SYNC_END -> sync(inode, begun.remove(change.a()));
      case SYNC_FAILED -> {
        // The kernel takes these pages for clean now, so that no later sync writes them.
        long before = begun.remove(change.a());
        Optional.ofNullable(byInode.get(inode)).ifPresent(file -> file.forget(before));
      }
      case RENAME -> rename(change.paths()[0], change.paths()[1]);
      case LINK -> link(change.paths()[0], change.paths()[1]);
      case UNLINK -> {
        live.remove(change.path());
        namings.add(List.of(new Naming(number, change.path(), null, false)));
      }
      case MKDIR -> {
        folders.put(inode, change.path());
        namings.add(List.of(new Naming(number, change.path(), new FileImage(new byte[0]), true)));
      }
      case RMDIR -> namings.add(List.of(new Naming(number, change.path(), null, true)));
      case BLIND -> blind.add(change.path() + " of " + nameOf(inode));
    }
  }

  private void open(Change change) {
    long how = change.a();
    if ((how & 4) != 0) {
      folders.put(change.inode(), change.path());
      return;
    }
    FileImage file = byInode.get(change.inode());
    if ((how & 1) != 0 || file == null) {
      file = new FileImage(new byte[0]);
      byInode.put(change.inode(), file);
      live.put(change.path(), file);
      if ((how & 1) != 0) {
        namings.add(List.of(new Naming(number, change.path(), file, false)));
      } else {
        named.put(change.path(), file); // made by another program, before it was opened: a lock
      }
    } else if ((how & 2) != 0) {
      file.truncate(number, 0);
    }
  }

  private void rename(String from, String to) {
    FileImage file = live.remove(from);
    if (file == null) {
      throw new IllegalStateException("renamed, but never seen: " + from);
    }
    live.put(to, file);
    namings.add(
        List.of(new Naming(number, to, file, false), new Naming(number, from, null, false)));
  }

  private void link(String from, String to) {
    FileImage file = live.get(from);
    if (file != null) {
      live.put(to, file);
      namings.add(List.of(new Naming(number, to, file, false)));
    }
  }

  private void sync(long inode, long before) {
    syncs++;
    if (!honest) {
      return;
    }
    FileImage file = byInode.get(inode);
    String folder = folders.get(inode);
    if (folder != null) {
      namings.removeIf(
          together -> {
            boolean now =
                together.get(0).number() < before
                    && together.stream().anyMatch(each -> parent(each.path()).equals(folder));
            if (now) {
              together.forEach(this::name);
            }
            return now;
          });
    } else if (file != null) {
      file.sync(before);
    }
  }

  private void name(Naming naming) {
    if (naming.isFolder()) {
      if (naming.file() != null) {
        made.add(naming.path());
      } else {
        made.remove(naming.path());
      }
    } else if (naming.file() != null) {
      named.put(naming.path(), naming.file());
    } else {
      named.remove(naming.path());
    }
  }

  private FileImage file(long inode) {
    FileImage file = byInode.get(inode);
    if (file == null) {
      throw new IllegalStateException("changed, but never opened: inode " + inode);
    }
    return file;
  }

  private String nameOf(long inode) {
    FileImage file = byInode.get(inode);
    return live.entrySet().stream()
        .filter(each -> each.getValue() == file)
        .map(each -> each.getKey().substring(root.length()))
        .findFirst()
        .orElse("inode " + inode);
  }

  private boolean isReachable(String path) {
    if (path.equals(root)) {
      return true;
    }
    String parent = parent(path);
    return parent.length() >= root.length() && made.contains(parent) && isReachable(parent);
  }

  private static String parent(String path) {
    return path.substring(0, Math.max(0, path.lastIndexOf('/')));
  }

  private void clear() throws IOException {
    Path folder = Path.of(root);
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : (Iterable<Path>) paths.sorted(Comparator.reverseOrder())::iterator) {
        if (!path.equals(folder)) {
          Files.delete(path);
        }
      }
    }
  }
}
