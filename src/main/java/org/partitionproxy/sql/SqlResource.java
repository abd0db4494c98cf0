package org.partitionproxy.sql;

import com.google.errorprone.annotations.CompileTimeConstant;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.zip.CRC32;

/** A {@code .sql} file on the class path, which psql could run as it is. */
public record SqlResource(String name, String text) {

  /** Short, and another one when one of the files is another. */
  public static String digest(Collection<SqlResource> resources) {
    CRC32 crc = new CRC32();
    resources.forEach(resource -> crc.update(resource.text().getBytes(StandardCharsets.UTF_8)));
    return Long.toHexString(crc.getValue());
  }

  /**
   * @param path absolute, as {@code /org/partitionproxy/ledger/ledger.sql}
   * @throws IllegalStateException if the build left it out
   */
  public static SqlResource load(@CompileTimeConstant String path) {
    try (InputStream in = SqlResource.class.getResourceAsStream(path)) {
      if (in == null) {
        throw new IllegalStateException("not on the class path: " + path);
      }
      return new SqlResource(path, new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
