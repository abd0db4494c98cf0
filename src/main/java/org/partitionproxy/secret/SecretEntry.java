package org.partitionproxy.secret;

import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * What may be told about a password: everything but itself.
 *
 * @param created empty if ppp did not make it, or does not know when
 * @param rotating whether a next password waits to take its place
 */
public record SecretEntry(
    SecretName name, Source source, Optional<Instant> created, boolean rotating) {

  /** Where a password is kept. */
  public enum Source {
    /** {@code .ppp/secrets.yaml} */
    FILE,
    /** A variable that shards.yaml names. */
    ENVIRONMENT;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** A password that shards.yaml takes from the environment. */
  public static SecretEntry ofEnvironment(SecretName name) {
    return new SecretEntry(name, Source.ENVIRONMENT, Optional.empty(), false);
  }
}
