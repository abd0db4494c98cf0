package org.partitionproxy.convert;

import java.util.List;
import org.partitionproxy.db.Session;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.sql.SqlResource;

/** What conversions do on the shard, in SQL: in schema {@code ppp} there, made anew each time. */
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

  private ConversionFunctions() {}

  static void install(Session session) {
    session.execute(Sql.of("SET client_min_messages = 'warning'"));
    session.execute(FILES.stream().map(Sql::resource).toList());
  }
}
