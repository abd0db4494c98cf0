package org.partitionproxy.topology;

import java.util.regex.Pattern;

/** The name of a server in shards.yaml: {@code veneer}, {@code shard1}. */
public record ServerName(String value) implements Comparable<ServerName> {

  private static final Pattern FORM = Pattern.compile("[A-Za-z][A-Za-z0-9_-]{0,49}");

  /** Of the one under {@code veneer:}; on the command line, the first of several. */
  public static final ServerName VENEER = new ServerName("veneer");

  public ServerName {
    if (!isValid(value)) {
      throw new IllegalArgumentException("not a server's name: '" + value + "'");
    }
  }

  /** A letter, then up to 49 letters, digits, {@code _} or {@code -}: fit for a foreign server. */
  public static boolean isValid(String value) {
    return FORM.matcher(value).matches();
  }

  @Override
  public int compareTo(ServerName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
