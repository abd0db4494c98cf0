package org.partitionproxy.convert;

import java.util.ArrayList;
import java.util.List;
import org.partitionproxy.db.Session;
import org.partitionproxy.sql.Literal;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.sql.SqlResource;

/** What conversions do on the shard, in SQL: in schema {@code ppp} there. */
final class ConversionFunctions {

  /** In the order in which they need each other. */
  private static final List<SqlResource> FILES =
      List.of(
          SqlResource.load("/org/partitionproxy/convert/tables.sql"),
          SqlResource.load("/org/partitionproxy/convert/preflight.sql"),
          SqlResource.load("/org/partitionproxy/convert/capture.sql"),
          SqlResource.load("/org/partitionproxy/convert/copy.sql"),
          SqlResource.load("/org/partitionproxy/convert/changes.sql"),
          SqlResource.load("/org/partitionproxy/convert/exchange.sql"),
          SqlResource.load("/org/partitionproxy/convert/companion.sql"),
          SqlResource.load("/org/partitionproxy/convert/inplace.sql"),
          SqlResource.load("/org/partitionproxy/convert/revoke.sql"));

  /** A comment, by which those that are there are recognised. */
  private static final String VERSION = "ppp convert " + SqlResource.digest(FILES);

  private static final String PRESENT =
      """
      SELECT pg_catalog.obj_description(pg_catalog.to_regclass('ppp.conversion'), 'pg_class')
        IS NOT DISTINCT FROM ? AS present""";

  private ConversionFunctions() {}

  /** Those of this version, all or none. */
  static void install(Session session) {
    if (session.query(PRESENT, row -> row.bool("present"), VERSION).get(0)) {
      return;
    }
    session.execute(Sql.of("SET client_min_messages = 'warning'"));
    List<Sql> statements = new ArrayList<>(FILES.stream().map(Sql::resource).toList());
    statements.add(Sql.of("COMMENT ON TABLE ppp.conversion IS {}", Literal.of(VERSION)));
    session.execute(statements);
  }
}
