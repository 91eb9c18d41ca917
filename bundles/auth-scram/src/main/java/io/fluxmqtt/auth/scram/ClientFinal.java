package io.fluxmqtt.auth.scram;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * The client's second and last message (RFC 5802, section 7).
 *
 * @param withoutProof all of it but the proof and the comma before
 */
record ClientFinal(String withoutProof, byte[] proof) {
  /**
   * Reads it.
   *
   * @param header the GS2 header of the client's first message, which must be repeated
   * @param nonce what the server has said, which must be repeated, too
   * @throws ScramFailure if it is malformed, or does not belong to this exchange
   */
  static ClientFinal parse(String message, String header, String nonce, int proofBytes)
      throws ScramFailure {
    int proofAt = message.lastIndexOf(",p=");
    if (proofAt < 0) {
      throw ScramFailure.malformed("there is no proof at the end");
    }
    String withoutProof = message.substring(0, proofAt);
    String[] parts = withoutProof.split(",", -1);
    String binding =
        "c=" + Base64.getEncoder().encodeToString(header.getBytes(StandardCharsets.UTF_8));
    if (parts.length < 2 || !parts[0].equals(binding)) {
      throw ScramFailure.malformed("the channel binding is not that of the first message");
    }
    if (!parts[1].equals("r=" + nonce)) {
      throw ScramFailure.malformed("the nonce is not that of this exchange");
    }
    String text = message.substring(proofAt + 3);
    byte[] proof;
    try {
      proof = Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw ScramFailure.malformed("the proof is not Base64");
    }
    if (proof.length != proofBytes) {
      throw ScramFailure.malformed(
          "the proof has %d bytes instead of %d".formatted(proof.length, proofBytes));
    }
    if (!Base64.getEncoder().encodeToString(proof).equals(text)) { // spare bits, no padding
      throw ScramFailure.malformed("the proof is not written as Base64 should be");
    }
    return new ClientFinal(withoutProof, proof);
  }
}
