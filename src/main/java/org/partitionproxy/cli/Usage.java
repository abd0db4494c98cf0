package org.partitionproxy.cli;

import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.inspect.Since;

/** What options mean that several commands have, and how a wrong one is told. */
final class Usage {

  private Usage() {}

  static PppException usage(String summary, String hint) {
    return new PppException(Diagnostic.error(Code.USAGE, summary, hint));
  }

  /** Of {@code --since}; empty where it is not given. */
  static Optional<Instant> since(@Nullable String text, Clock clock) {
    return Optional.ofNullable(text)
        .map(
            given ->
                Since.parse(given, clock)
                    .orElseThrow(
                        () ->
                            usage(
                                "--since is \"" + given + "\"",
                                "It is an age (10m, 1h30m, 2d) or a time (2026-11-20T10:00:00Z;"
                                    + " local time without Z).")));
  }
}
