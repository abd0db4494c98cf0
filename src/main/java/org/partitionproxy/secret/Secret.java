package org.partitionproxy.secret;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/** A password. It prints as asterisks; {@link #reveal()} is the one way to its text. */
public final class Secret {

  private final String value;

  private Secret(String value) {
    this.value = value;
  }

  /**
   * @throws IllegalArgumentException if it is empty, or holds a NUL or a line break
   */
  public static Secret of(String value) {
    if (value.isEmpty() || value.chars().anyMatch(c -> c == 0 || c == '\n' || c == '\r')) {
      throw new IllegalArgumentException("a password is not empty and has no NUL or line break");
    }
    return new Secret(value);
  }

  /** The password itself: for a connection or a user mapping, never for a message. */
  public String reveal() {
    return value;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Secret secret
        && MessageDigest.isEqual(
            value.getBytes(StandardCharsets.UTF_8), secret.value.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public int hashCode() {
    return value.hashCode();
  }

  @Override
  public String toString() {
    return "********";
  }
}
