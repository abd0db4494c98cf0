package org.partitionproxy.secret;

/**
 * What a password is for: a role that has the same password on every server ({@code
 * bookstore_admin}), or a role of one server ({@code postgres@shard1}).
 */
public record SecretName(String value) implements Comparable<SecretName> {

  public static SecretName ofRole(String role) {
    return new SecretName(role);
  }

  public static SecretName ofRoleOn(String role, String server) {
    return new SecretName(role + "@" + server);
  }

  @Override
  public int compareTo(SecretName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
