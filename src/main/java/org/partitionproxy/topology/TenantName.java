package org.partitionproxy.topology;

import java.util.Locale;
import java.util.regex.Pattern;

/** The name of a tenant in shards.yaml: {@code bluth-co}. */
public record TenantName(String value) implements Comparable<TenantName> {

  private static final Pattern FORM = Pattern.compile("[\\p{L}\\p{N}][\\p{L}\\p{N}_.-]*");

  public TenantName {
    if (!isValid(value)) {
      throw new IllegalArgumentException("not a tenant's name: '" + value + "'");
    }
  }

  /** At most 63 letters and digits of any script; behind the first also {@code _ . -}. */
  public static boolean isValid(String value) {
    return value.codePointCount(0, value.length()) <= 63 && FORM.matcher(value).matches();
  }

  /**
   * The schema of a tenant that names none: in lower case, with {@code _} for {@code -} and {@code
   * .}
   */
  public String defaultSchema() {
    return value.toLowerCase(Locale.ROOT).replace('-', '_').replace('.', '_');
  }

  @Override
  public int compareTo(TenantName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
