package org.partitionproxy.partition;

import java.util.HashMap;
import java.util.Map;
import org.partitionproxy.db.Session;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.sql.QualifiedName;

/**
 * Conversions of a shard's tables that can still be taken back. What such a table loses with a
 * partition no trigger tells of, so that its old form would bring it back: it keeps all until then.
 */
final class OpenConversions {

  private static final String THERE =
      "SELECT pg_catalog.to_regclass('ppp.conversion') IS NOT NULL AS there";

  private static final String OPEN =
      """
      SELECT c.schema, c.name, min(c.workflow) AS workflow FROM ppp.conversion AS c
      GROUP BY c.schema, c.name
      ORDER BY c.schema, c.name""";

  private final Report report;
  private final Map<QualifiedName, Long> open = new HashMap<>();

  OpenConversions(Session session, Report report) {
    this.report = report;
    if (session.query(THERE, row -> row.bool("there")).get(0)) {
      session.forEach(
          OPEN,
          row ->
              open.put(
                  new QualifiedName(row.identifier("schema"), row.identifier("name")),
                  row.number("workflow")));
    }
  }

  boolean mayLose(PartitionedTable table) {
    Long workflow = open.get(table.name());
    if (workflow != null) {
      String id = table.shard() + "-" + workflow;
      report.problem(
          Diagnostic.warning(
              Code.PARTITION_NOT_RETIRED,
              "no partition of "
                  + Report.subject(table)
                  + " is retired: workflow \""
                  + id
                  + "\" can still be taken back",
              "`ppp workflows finish " + id + "` or `abort` ends that."));
    }
    return workflow == null;
  }
}
