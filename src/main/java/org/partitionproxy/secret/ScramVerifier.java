package org.partitionproxy.secret;

import java.nio.charset.StandardCharsets;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;

/**
 * What a server keeps of a password: {@code SCRAM-SHA-256$4096:salt$StoredKey:ServerKey}. {@code
 * ALTER ROLE … PASSWORD} takes it as it is, so the password itself never travels.
 *
 * @see <a href="https://www.postgresql.org/docs/18/catalog-pg-authid.html">PostgreSQL, 52.8
 *     pg_authid</a>
 * @see <a href="https://www.rfc-editor.org/rfc/rfc5802#section-3">RFC 5802, 3 SCRAM Algorithm
 *     Overview</a>
 */
public final class ScramVerifier {

  /** PostgreSQL's default {@code scram_iterations}; clients refuse fewer. */
  private static final int ITERATIONS = 4096;

  private static final int SALT_BYTES = 16;
  private static final int BLOCK_BYTES = 64;
  private static final int HASH_BYTES = 32;

  private ScramVerifier() {}

  /** With a new salt, so each call gives another verifier of the same password. */
  public static String of(Secret password) {
    byte[] salt = new byte[SALT_BYTES];
    new SecureRandom().nextBytes(salt);
    return of(password, salt);
  }

  /**
   * @throws PppException if the password has characters that SASLprep (RFC 4013) might change,
   *     which is every one outside printable ASCII
   */
  public static String of(Secret password, byte[] salt) {
    byte[] salted = saltedPassword(password, salt);
    Hmac key = new Hmac(salted);
    byte[] storedKey = sha256().digest(key.of(ascii("Client Key")));
    byte[] serverKey = key.of(ascii("Server Key"));
    Base64.Encoder base64 = Base64.getEncoder();
    return "SCRAM-SHA-256$"
        + ITERATIONS
        + ":"
        + base64.encodeToString(salt)
        + "$"
        + base64.encodeToString(storedKey)
        + ":"
        + base64.encodeToString(serverKey);
  }

  /** {@code Hi()} of RFC 5802: PBKDF2 with HMAC-SHA-256, of one block. */
  private static byte[] saltedPassword(Secret password, byte[] salt) {
    Hmac hmac = new Hmac(prepared(password));
    byte[] block = Arrays.copyOf(salt, salt.length + Integer.BYTES);
    block[block.length - 1] = 1;
    byte[] hash = hmac.of(block);
    byte[] sum = hash.clone();
    for (int i = 1; i < ITERATIONS; i++) {
      hmac.replace(hash);
      for (int j = 0; j < HASH_BYTES; j++) {
        sum[j] ^= hash[j];
      }
    }
    return sum;
  }

  /** SASLprep leaves printable ASCII alone; ppp makes no other passwords. */
  private static byte[] prepared(Secret password) {
    String text = password.reveal();
    if (!text.chars().allMatch(c -> c >= ' ' && c <= '~')) {
      throw new PppException(
          Diagnostic.error(
              Code.PASSWORD_NOT_ASCII,
              "a password has characters outside printable ASCII",
              "Take another one in .ppp/secrets.yaml or in the environment: clients would prepare"
                  + " this one in different ways."));
    }
    return ascii(text);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /**
   * HMAC-SHA-256 that hashes its key's two pads once and then clones that state: half the work of
   * {@code javax.crypto}'s PBKDF2, which counts when a thousand verifiers are made in one run.
   */
  private static final class Hmac {

    private final MessageDigest inner = sha256();
    private final MessageDigest outer = sha256();

    Hmac(byte[] key) {
      byte[] block = Arrays.copyOf(key.length > BLOCK_BYTES ? sha256().digest(key) : key, 64);
      inner.update(xor(block, 0x36));
      outer.update(xor(block, 0x5c));
    }

    private static byte[] xor(byte[] block, int with) {
      byte[] pad = new byte[BLOCK_BYTES];
      for (int i = 0; i < BLOCK_BYTES; i++) {
        pad[i] = (byte) (block[i] ^ with);
      }
      return pad;
    }

    byte[] of(byte[] message) {
      MessageDigest second = copy(outer);
      second.update(copy(inner).digest(message));
      return second.digest();
    }

    /** Puts the code of a hash in its place, without garbage but for the two copies. */
    void replace(byte[] hash) {
      try {
        MessageDigest first = copy(inner);
        first.update(hash);
        first.digest(hash, 0, HASH_BYTES);
        MessageDigest second = copy(outer);
        second.update(hash);
        second.digest(hash, 0, HASH_BYTES);
      } catch (DigestException e) {
        throw new IllegalStateException("the array holds a hash", e);
      }
    }

    private static MessageDigest copy(MessageDigest digest) {
      try {
        return (MessageDigest) digest.clone();
      } catch (CloneNotSupportedException e) {
        throw new IllegalStateException("Java's own SHA-256 can be cloned", e);
      }
    }
  }
}
