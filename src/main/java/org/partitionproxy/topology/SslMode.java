package org.partitionproxy.topology;

import java.util.Locale;

/**
 * How a connection is encrypted and checked, in libpq's words.
 *
 * @see <a href="https://www.postgresql.org/docs/18/libpq-ssl.html">PostgreSQL, 32.19 SSL
 *     Support</a>
 */
public enum SslMode {
  DISABLE,
  ALLOW,
  PREFER,
  REQUIRE,
  VERIFY_CA,
  VERIFY_FULL;

  /** {@code verify-full} */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
