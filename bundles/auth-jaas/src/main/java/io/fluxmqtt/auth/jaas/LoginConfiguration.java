package io.fluxmqtt.auth.jaas;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.NoSuchAlgorithmException;
import java.security.URIParameter;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.security.auth.login.Configuration;
import org.jspecify.annotations.Nullable;

/**
 * Which login modules a realm has: those of a login configuration file of our own, read again when
 * it has changed, or those of the JVM, which are Karaf's where Karaf is. Any thread; it may block.
 */
final class LoginConfiguration {
  private static final Pattern FIRST_NUMBER = Pattern.compile("\\d+");

  private final @Nullable Path path;
  private @Nullable Object stamp; // guarded by this, as is the next
  private @Nullable Configuration last;

  /**
   * Reads nothing yet.
   *
   * @param path the file, or null for the configuration of the JVM
   */
  LoginConfiguration(@Nullable Path path) {
    this.path = path;
  }

  /**
   * The configuration as the file has it now; empty for that of the JVM.
   *
   * @throws IOException if the file cannot be read: nobody may be let in by what it said before
   */
  synchronized Optional<Configuration> present() throws IOException {
    if (path == null) {
      return Optional.empty();
    }
    Object now = stampOf(path);
    if (last == null || !now.equals(stamp)) {
      last = read(path);
      stamp = now;
    }
    return Optional.of(last);
  }

  private static Configuration read(Path path) throws IOException {
    try {
      return Configuration.getInstance("JavaLoginConfig", new URIParameter(path.toUri()));
    } catch (NoSuchAlgorithmException | RuntimeException e) {
      // Neither the text nor the cause is passed on: they quote the file, which may hold passwords.
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new IOException("loginConfigFile " + path + ": " + reason(path, cause.getMessage()));
    }
  }

  private static String reason(Path path, @Nullable String message) {
    if (!Files.isReadable(path)) {
      return "it cannot be read by this user";
    }
    Matcher line = FIRST_NUMBER.matcher(String.valueOf(message).replace(path.toString(), ""));
    return line.find()
        ? "it cannot be understood, see line " + line.group()
        : "it cannot be understood";
  }

  private static Object stampOf(Path path) throws IOException {
    try {
      BasicFileAttributes now = Files.readAttributes(path, BasicFileAttributes.class);
      return java.util.List.of(now.size(), now.lastModifiedTime(), String.valueOf(now.fileKey()));
    } catch (NoSuchFileException e) {
      throw new IOException("loginConfigFile " + path + ": there is no such file", e);
    }
  }
}
