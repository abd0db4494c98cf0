package org.partitionproxy.web;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * An answer that is complete.
 *
 * @param type of the body, as HTTP names it
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Answer(int status, String type, byte[] body) {

  static Answer text(int status, String text) {
    return new Answer(
        status, "text/plain; charset=utf-8", (text + "\n").getBytes(StandardCharsets.UTF_8));
  }

  /**
   * @param name of a file beside this class
   */
  static Answer resource(String name, String type) {
    try (InputStream file = Answer.class.getResourceAsStream(name)) {
      if (file == null) {
        throw new IllegalStateException("not in ppp.jar: " + name);
      }
      return new Answer(200, type, file.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
