package io.fluxmqtt.shell.karaf;

import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.completers.FileCompleter;

/** Completes folders. */
@Service
public final class FolderCompleter extends FileCompleter {
  @Override
  protected boolean accept(Path path) {
    return Files.isDirectory(path);
  }
}
