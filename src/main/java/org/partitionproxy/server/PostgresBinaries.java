package org.partitionproxy.server;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.topology.InspectionLevel;

/**
 * The programs of one PostgreSQL. Only {@code initdb}, {@code pg_ctl} and {@code postgres} are sure
 * to be there.
 *
 * @param home the folder with {@code bin} in it
 * @param major 15, 18
 * @param version 18.6
 */
record PostgresBinaries(Path home, int major, String version) {

  static final int OLDEST = 15;

  /** Where packages put libraries, under {@link #home}. */
  private static final List<String> LIBRARY_FOLDERS =
      List.of("lib", "lib/postgresql", "lib64", "lib64/pgsql");

  private static final Pattern VERSION = Pattern.compile("\\(PostgreSQL\\) ((\\d+)\\S*)");

  /** Those that are installed at {@code postgres_home}. */
  static PostgresBinaries installed(Path home, SystemUser user) {
    return read(
        home,
        user,
        "Let `postgres_home` in shards.yaml be the folder that has bin/initdb, bin/pg_ctl and"
            + " bin/postgres, where user \""
            + user.name()
            + "\" can run them.");
  }

  /** Those that ppp brings, unpacked into the cache if they are not there yet. */
  static PostgresBinaries bundled(Path cache, SystemUser user) {
    Path home = BinaryArchive.ofThisMachine().unpackInto(cache);
    return read(home, user, "Remove that folder; the next start unpacks it again.");
  }

  private static PostgresBinaries read(Path home, SystemUser user, String hint) {
    for (String program : List.of("initdb", "pg_ctl", "postgres")) {
      if (!Files.isExecutable(home.resolve("bin").resolve(program))) {
        throw unusable(home, "there is no bin/" + program, hint);
      }
    }
    Subprocess.Outcome outcome =
        user.run(Path.of("/"), List.of(home.resolve("bin/postgres").toString(), "--version"));
    Matcher matcher = VERSION.matcher(outcome.output());
    if (!outcome.succeeded() || !matcher.find()) {
      throw unusable(home, outcome.output().lines().findFirst().orElse("no version"), hint);
    }
    PostgresBinaries binaries =
        new PostgresBinaries(home, Integer.parseInt(matcher.group(2)), matcher.group(1));
    if (binaries.major < OLDEST) {
      throw new PppException(
          Diagnostic.error(
              Code.VERSION_TOO_OLD,
              "\"" + home + "\" is PostgreSQL " + binaries.version,
              "ppp needs PostgreSQL " + OLDEST + " or newer; give another `postgres_home`."));
    }
    return binaries;
  }

  private static PppException unusable(Path home, String reason, String hint) {
    return new PppException(
        Diagnostic.error(
            Code.BINARIES_UNUSABLE,
            "the PostgreSQL in \"" + home + "\" cannot be used: " + reason,
            hint));
  }

  /**
   * Sessions could not begin if they were to load a library that isn't there.
   *
   * @throws PppException if the level needs one
   */
  void requireLibraryOf(InspectionLevel level) {
    if (level == InspectionLevel.ROWS && !hasLibrary(InspectionLevel.PLAN_LIBRARY)) {
      throw unusable(
          home,
          "it has no library " + InspectionLevel.PLAN_LIBRARY + ", which `inspection: rows` needs",
          "Install PostgreSQL's additional modules (contrib), or write `inspection: statements`.");
    }
  }

  /** Whether servers can load it. */
  boolean hasLibrary(String name) {
    return LIBRARY_FOLDERS.stream()
        .flatMap(folder -> Stream.of(".so", ".dylib").map(end -> folder + "/" + name + end))
        .anyMatch(file -> Files.exists(home.resolve(file)));
  }

  String program(String name) {
    return home.resolve("bin").resolve(name).toString();
  }
}
