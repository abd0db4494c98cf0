package org.partitionproxy.convert;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.partitionproxy.convert.ConversionPlan.PlannedTable;
import org.partitionproxy.db.Row;
import org.partitionproxy.db.Session;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.sql.SqlResource;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.TenantName;

/** Looks at tables before they are converted, and changes nothing. */
final class Preflight {

  private static final SqlResource JOURNAL =
      SqlResource.load("/org/partitionproxy/workflow/workflow.sql");

  /** What one core copies and indexes in a second, of narrow rows. */
  private static final long ROWS_A_SECOND = 200_000;

  /** What is read and put into an index of a key. */
  private static final long ROWS_READ_A_SECOND = 1_000_000;

  private static final String TABLES =
      """
      SELECT c.relname,
        pg_catalog.pg_total_relation_size(c.oid) AS bytes,
        pg_catalog.pg_tablespace_location(
          coalesce(nullif(c.reltablespace, 0), d.dattablespace)) AS location,
        ppp.conversion_identity(c.oid) AS identity,
        (SELECT count(*) FROM pg_catalog.pg_constraint AS k
          WHERE k.contype = 'f' AND c.oid IN (k.conrelid, k.confrelid)) AS keys
      FROM pg_catalog.pg_class AS c
      JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
      JOIN pg_catalog.pg_database AS d ON d.datname = pg_catalog.current_database()
      WHERE n.nspname = ? AND c.relname = ANY (?) AND c.relkind = 'r'
      ORDER BY pg_catalog.array_position(?::text[], c.relname::text)""";

  private final Session session;
  private final ConversionRequest request;
  private final FreeSpace freeSpace;
  private final List<Finding> refusals = new ArrayList<>();
  private final List<Finding> notes = new ArrayList<>();
  private final List<PlannedTable> tables = new ArrayList<>();
  private final List<Space> spaces = new ArrayList<>();
  private long foreignKeys;

  Preflight(Session session, ConversionRequest request, FreeSpace freeSpace) {
    this.session = session;
    this.request = request;
    this.freeSpace = freeSpace;
  }

  /** The functions that look are made for the time of the look, and rolled back. */
  ConversionPlan look(TenantName tenant, ServerName shard) {
    requireLedger();
    session.execute(Sql.of("BEGIN"));
    try {
      session.execute(Sql.of("SET LOCAL client_min_messages = 'warning'"));
      session.execute(Sql.resource(JOURNAL));
      ConversionFunctions.install(session);
      read();
    } finally {
      session.execute(Sql.of("ROLLBACK"));
    }
    long rows = tables.stream().mapToLong(PlannedTable::rows).sum();
    return new ConversionPlan(
        tenant,
        shard,
        request.key().value(),
        request.every().toString(),
        request.zone().getId(),
        tables,
        refusals,
        notes,
        spaces,
        request.inPlace(),
        Duration.ofSeconds(
            1
                + rows
                    / (request.inPlace()
                        ? ROWS_READ_A_SECOND
                        : ROWS_A_SECOND * Math.max(1, request.jobs()))),
        Duration.ofMillis(5 + 5L * tables.size() + 30 * foreignKeys));
  }

  private void requireLedger() {
    boolean there =
        session
            .query(
                "SELECT pg_catalog.to_regtype('ppp.partition_policy') IS NOT NULL AS there",
                row -> row.bool("there"))
            .get(0);
    if (!there) {
      throw new PppException(
          Diagnostic.error(
              Code.NOT_INITIALIZED,
              "server \"" + session.server().name() + "\" lacks ppp's functions for partitions",
              "`ppp initialize` makes them."));
    }
  }

  private void read() {
    List<String> names = request.tables().stream().map(Identifier::value).toList();
    session.forEach(
        "SELECT kind, summary, hint FROM ppp.conversion_findings(?, ?::text[], ?, ?, ?, ?)",
        this::keep,
        request.schema().value(),
        names,
        request.key().value(),
        request.every().isNumber(),
        request.widenKeys(),
        request.addKeyColumns());
    DependentViews views = DependentViews.over(session, request);
    refusals.addAll(views.refusals());
    views
        .restorable()
        .forEach(
            view ->
                notes.add(
                    new Finding(
                        view + " is made anew at the exchange",
                        "It keeps its owner, its rights and all else that it has.")));
    if (request.inPlace() && refusals.isEmpty()) {
      session.forEach(
          """
          SELECT kind, summary, hint
          FROM ppp.conversion_findings_in_place(?, ?, ?, ?, ?, ?, ?)""",
          this::keep,
          request.schema().value(),
          names.get(0),
          request.key().value(),
          request.every().step(),
          request.every().unit(),
          request.zone().getId(),
          request.ahead());
    }
    readTables(names);
  }

  private void readTables(List<String> names) {
    List<PlannedTable> found = new ArrayList<>();
    SortedMap<String, Long> copied = new TreeMap<>();
    session.forEach(
        TABLES,
        row -> {
          found.add(
              new PlannedTable(
                  row.string("relname"), 0, row.number("bytes"), row.strings("identity")));
          copied.merge(row.string("location"), row.number("bytes"), Long::sum);
          foreignKeys += row.number("keys");
        },
        request.schema().value(),
        names,
        names);
    found.forEach(table -> tables.add(table.withRows(estimate(table))));
    if (!request.inPlace()) {
      copied.forEach(
          (location, bytes) ->
              spaces.add(Space.forCopy(location, bytes, freeSpace.at(session.server(), location))));
      spaces.forEach(space -> space.refusal().ifPresent(refusals::add));
    }
  }

  private long estimate(PlannedTable table) {
    return RowEstimate.of(
        session, new QualifiedName(request.schema(), Identifier.of(table.name())));
  }

  private void keep(Row row) {
    (row.string("kind").equals("refusal") ? refusals : notes)
        .add(new Finding(row.string("summary"), row.string("hint")));
  }
}
