package org.partitionproxy.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import picocli.CommandLine.Option;

/** The user's word for what can't be taken back: asked for on a terminal, an option elsewhere. */
final class Consent {

  @Option(names = "--yes", description = "Do not ask.")
  boolean yes;

  /**
   * @param name that the user has to type
   * @param deed what will happen, as in "this drops the data of 3 tenants"
   * @throws PppException {@link Code#NOT_CONFIRMED} unless the user agrees
   */
  void require(Console console, String name, String deed) {
    if (yes) {
      return;
    }
    if (!console.terminal().in()) {
      throw refused("this " + deed + ", and nobody can be asked", "Add --yes.");
    }
    console.err("This " + deed + ". Type \"" + name + "\" to go on: ");
    if (!name.equals(answer())) {
      throw refused("not confirmed", "Nothing was changed.");
    }
  }

  private static String answer() {
    try {
      String line =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
      return line == null ? "" : line.strip();
    } catch (IOException e) {
      return "";
    }
  }

  private static PppException refused(String summary, String hint) {
    return new PppException(Diagnostic.error(Code.NOT_CONFIRMED, summary, hint));
  }
}
