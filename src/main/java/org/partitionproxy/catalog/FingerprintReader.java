package org.partitionproxy.catalog;

import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import org.partitionproxy.db.Session;
import org.partitionproxy.sql.Identifier;

/**
 * A fingerprint per schema, computed by the server over all that {@link TableReader} would read, so
 * that thousands of unchanged schemas cost one short query. The session must have only pg_catalog
 * on its search_path.
 */
public final class FingerprintReader {

  private static final String FINGERPRINTS =
      """
      SELECT n.nspname, coalesce(pg_catalog.md5(pg_catalog.string_agg(
          c.relkind::text || ' ' || pg_catalog.quote_ident(c.relname)
            || ' ' || coalesce(c.relacl::text, '')
            || ' ' || coalesce(f.srvname || f.ftoptions::text, '')
            || ' ' || coalesce(a.columns, ''),
          E'\\n' ORDER BY c.relname COLLATE "C")), '') AS fingerprint
      FROM pg_catalog.pg_namespace AS n
      LEFT JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid
        AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
      LEFT JOIN (
        SELECT ft.ftrelid, ft.ftoptions, s.srvname
        FROM pg_catalog.pg_foreign_table AS ft
        JOIN pg_catalog.pg_foreign_server AS s ON s.oid = ft.ftserver) AS f ON f.ftrelid = c.oid
      LEFT JOIN LATERAL (
        SELECT pg_catalog.string_agg(
            pg_catalog.quote_ident(a.attname)
              || ' ' || tn.nspname || ' ' || pg_catalog.format_type(a.atttypid, a.atttypmod)
              || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END
              || CASE WHEN a.attcollation <> t.typcollation
                      THEN ' ' || a.attcollation::regcollation::text ELSE '' END,
            ', ' ORDER BY a.attnum) AS columns
        FROM pg_catalog.pg_attribute AS a
        JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid
        JOIN pg_catalog.pg_namespace AS tn ON tn.oid = t.typnamespace
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS a ON true
      WHERE n.nspname = ANY (?)
      GROUP BY n.nspname
      ORDER BY n.nspname""";

  /** By schema; one that does not exist is not in it, and one without tables has none: "". */
  public SortedMap<Identifier, String> read(Session session, SortedSet<Identifier> schemas) {
    TreeMap<Identifier, String> fingerprints = new TreeMap<>();
    session.forEach(
        FINGERPRINTS,
        row -> fingerprints.put(row.identifier("nspname"), row.string("fingerprint")),
        Scope.names(schemas));
    return fingerprints;
  }
}
