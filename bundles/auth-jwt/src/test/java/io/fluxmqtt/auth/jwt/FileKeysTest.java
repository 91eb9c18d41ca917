package io.fluxmqtt.auth.jwt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.nimbusds.jose.jwk.JWK;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileKeysTest {
  @TempDir Path folder;

  @Test
  void fileIsReadAtOnce() throws IOException {
    write(Issuer.RSA);
    assertEquals(List.of("rsa"), names(keys()));
  }

  @Test
  void changedFileIsReadOnceItIsQuiet() throws IOException {
    write(Issuer.RSA);
    FileKeys keys = keys();
    write(Issuer.EC, Issuer.SECRET);
    keys.poll();
    assertEquals(List.of("rsa"), names(keys), "somebody may still write");
    keys.poll();
    assertEquals(List.of("ec", "secret"), names(keys));
    keys.poll();
    assertEquals(List.of("ec", "secret"), names(keys));
  }

  @Test
  void badFileLeavesTheOldKeys() throws IOException {
    write(Issuer.RSA);
    FileKeys keys = keys();
    Files.writeString(file(), "{\"keys\":[]}");
    keys.poll();
    keys.poll();
    assertEquals(List.of("rsa"), names(keys));
    Files.delete(file());
    keys.poll();
    keys.poll();
    assertEquals(List.of("rsa"), names(keys));
    write(Issuer.EC);
    keys.poll();
    keys.poll();
    assertEquals(List.of("ec"), names(keys));
  }

  @Test
  void missingFileIsWaitedFor() throws IOException {
    FileKeys keys = keys();
    assertTrue(keys.keys().isEmpty());
    write(Issuer.RSA);
    keys.poll();
    keys.poll();
    assertEquals(List.of("rsa"), names(keys));
    assertTrue(keys.refresh().toCompletableFuture().isDone());
    keys.close();
  }

  @Test
  void hugeFileAndFolderAreNotRead() throws IOException {
    Files.write(file(), new byte[KeySet.BYTES_MAX + 1]);
    assertTrue(keys().keys().isEmpty());
    Files.delete(file());
    Files.createDirectory(file());
    assertTrue(keys().keys().isEmpty());
  }

  private FileKeys keys() {
    return new FileKeys("test", file(), json -> KeySet.ofJwks(json, true), null, 1);
  }

  private void write(JWK... keys) throws IOException {
    Path other = Files.write(folder.resolve("other"), Issuer.jwks(keys));
    Files.move(other, file(), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
  }

  private Path file() {
    return folder.resolve("keys");
  }

  static List<String> names(KeySource source) {
    return source.keys().orElseThrow().keys().stream().map(VerificationKey::id).toList();
  }
}
