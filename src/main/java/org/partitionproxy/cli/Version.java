package org.partitionproxy.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** The version of this build of ppp. */
final class Version implements IVersionProvider {

  /** {@code 0.1.0} */
  static String current() {
    Properties properties = new Properties();
    try (InputStream in =
        Version.class.getResourceAsStream("/org/partitionproxy/version.properties")) {
      if (in == null) {
        throw new IllegalStateException("the build left version.properties out");
      }
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties.getProperty("version");
  }

  @Override
  public String[] getVersion() {
    return new String[] {"ppp " + current()};
  }
}
