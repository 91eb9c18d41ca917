package io.fluxmqtt.transport;

import java.security.AlgorithmConstraints;
import java.security.AlgorithmParameters;
import java.security.CryptoPrimitive;
import java.security.Key;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Leaves key exchange to elliptic curves. Over finite fields (ffdhe2048 to ffdhe8192) a client that
 * computes nothing can have the broker compute for long (CVE-2002-20001).
 */
final class TlsGroups implements AlgorithmConstraints {
  @Override
  public boolean permits(
      Set<CryptoPrimitive> use, String algorithm, @Nullable AlgorithmParameters parameters) {
    return !algorithm.startsWith("ffdhe") && !algorithm.equals("DiffieHellman");
  }

  @Override
  public boolean permits(Set<CryptoPrimitive> use, Key key) {
    return true;
  }

  @Override
  public boolean permits(
      Set<CryptoPrimitive> use,
      String algorithm,
      Key key,
      @Nullable AlgorithmParameters parameters) {
    return permits(use, algorithm, parameters);
  }
}
