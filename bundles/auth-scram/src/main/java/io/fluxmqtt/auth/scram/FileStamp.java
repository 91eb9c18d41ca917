package io.fluxmqtt.auth.scram;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import org.jspecify.annotations.Nullable;

/**
 * What tells that a file has changed without reading it.
 *
 * @param key the inode, which changes when an editor replaces the file by renaming another one
 * @param changed the inode's change time, where there is one: it tells even if the other is set
 *     back
 */
record FileStamp(long size, FileTime modified, @Nullable Object key, @Nullable Object changed) {
  static FileStamp of(Path path) throws IOException {
    BasicFileAttributes basic = Files.readAttributes(path, BasicFileAttributes.class);
    if (!basic.isRegularFile()) {
      throw new IOException("it is not a regular file");
    }
    boolean unix = path.getFileSystem().supportedFileAttributeViews().contains("unix");
    Object changed = unix ? Files.getAttribute(path, "unix:ctime") : null;
    return new FileStamp(basic.size(), basic.lastModifiedTime(), basic.fileKey(), changed);
  }
}
