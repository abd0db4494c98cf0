package org.partitionproxy.check;

import java.util.ArrayList;
import java.util.List;

/** What an application meets on the veneer whatever its statements are. */
final class ApplicationRules {

  private static final int LISTED = 5;

  private ApplicationRules() {}

  static List<Finding> findings(int shards, ShardReader.ShardObjects objects) {
    List<Finding> findings = new ArrayList<>();
    if (!objects.nameSeekers().isEmpty()) {
      findings.add(
          Finding.fails(
              "42P01",
              "the shard runs these functions with search_path = pg_catalog, where names without a"
                  + " schema are not found: "
                  + listed(objects.nameSeekers()),
              "ALTER FUNCTION … SET search_path = …, by a migration; no need where the body names"
                  + " only what is in pg_catalog"));
    }
    if (!objects.settingReaders().isEmpty()) {
      findings.add(
          Finding.of(
              Verdict.DIFFERS,
              "settings of the veneer's session don't reach the shard, where these read settings: "
                  + listed(objects.settingReaders()),
              QueryRules.SETTING_ADVICE));
    }
    findings.add(
        Finding.fails(
            "40001",
            "the shard always works in REPEATABLE READ: where two transactions change one row, the"
                + " second one fails, also in an application of READ COMMITTED (of a TPC-B mix with"
                + " eight clients on ten hot rows 38 % of the transactions, of none directly)",
            "repeat a transaction that fails with 40001"));
    if (shards > 1) {
      findings.add(
          Finding.of(
              Verdict.DIFFERS,
              "a transaction that writes to two shards is not atomic: a shard that fails during"
                  + " COMMIT loses its part, while the other has committed",
              "keep a transaction to one tenant"));
    }
    findings.add(
        Finding.of(
            Verdict.DIFFERS,
            "errors of a shard have no fields for constraint, table and column, only SQLSTATE and"
                + " message",
            "decide by SQLSTATE; read a constraint's name from the message if need be"));
    return findings;
  }

  private static String listed(List<String> names) {
    int more = names.size() - LISTED;
    String first = String.join(", ", names.subList(0, Math.min(LISTED, names.size())));
    return more <= 0 ? first : first + " and " + more + " more";
  }
}
