package org.partitionproxy.secret;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Random;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.PppException;

class ScramVerifierTest {

  /** The exchange printed in RFC 7677, section 3. */
  @Test
  void acceptsTheProofAndGivesTheSignatureOfTheRfcsExample() throws GeneralSecurityException {
    String nonce = "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
    String message =
        "n=user,r=rOprNGfwEbeRWgbNEkqO,r=%s,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,r=%s"
            .formatted(nonce, nonce);
    byte[] proof = decoded("dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");

    String verifier = ScramVerifier.of(Secret.of("pencil"), decoded("W22ZaJ0SNY7soEsUEjb6gQ=="));

    String[] parts = verifier.split("[$:]", -1);
    byte[] storedKey = decoded(parts[3]);
    byte[] clientKey = hmac(storedKey, message.getBytes(UTF_8));
    for (int i = 0; i < clientKey.length; i++) {
      clientKey[i] ^= proof[i];
    }
    assertThat(MessageDigest.getInstance("SHA-256").digest(clientKey)).isEqualTo(storedKey);
    assertThat(hmac(decoded(parts[4]), message.getBytes(UTF_8)))
        .isEqualTo(decoded("6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="));
  }

  @Test
  void agreesWithJavasOwnKeyDerivationForPasswordsOfEveryLength() throws GeneralSecurityException {
    long seed = 20260131;
    Random random = new Random(seed);
    for (int length : new int[] {1, 2, 31, 32, 63, 64, 65, 130}) {
      StringBuilder password = new StringBuilder();
      random.ints(length, ' ', '~' + 1).forEach(password::appendCodePoint);
      byte[] salt = new byte[16];
      random.nextBytes(salt);
      assertThat(ScramVerifier.of(Secret.of(password.toString()), salt))
          .as("seed %d, length %d", seed, length)
          .isEqualTo(byJava(password.toString(), salt));
    }
  }

  @Test
  void takesANewSaltEachTime() {
    Secret password = Secret.of("pencil");
    assertThat(ScramVerifier.of(password))
        .matches("SCRAM-SHA-256\\$4096:[A-Za-z0-9+/]{22}==\\$[^:]{44}:[^:]{44}")
        .isNotEqualTo(ScramVerifier.of(password));
  }

  @Test
  void refusesAPasswordThatClientsWouldPrepareInDifferentWays() {
    assertThatThrownBy(() -> ScramVerifier.of(Secret.of("pässword")))
        .isInstanceOfSatisfying(
            PppException.class,
            e -> {
              assertThat(e.diagnostics().get(0).code()).isEqualTo(Code.PASSWORD_NOT_ASCII);
              assertThat(e.getMessage()).doesNotContain("ssword\"");
            });
  }

  private static String byJava(String password, byte[] salt) throws GeneralSecurityException {
    byte[] salted =
        SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
            .generateSecret(new PBEKeySpec(password.toCharArray(), salt, 4096, 256))
            .getEncoded();
    byte[] clientKey = hmac(salted, "Client Key".getBytes(UTF_8));
    Base64.Encoder base64 = Base64.getEncoder();
    return "SCRAM-SHA-256$4096:%s$%s:%s"
        .formatted(
            base64.encodeToString(salt),
            base64.encodeToString(MessageDigest.getInstance("SHA-256").digest(clientKey)),
            base64.encodeToString(hmac(salted, "Server Key".getBytes(UTF_8))));
  }

  private static byte[] hmac(byte[] key, byte[] message) throws GeneralSecurityException {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    return mac.doFinal(message);
  }

  private static byte[] decoded(String base64) {
    return Base64.getDecoder().decode(base64);
  }
}
