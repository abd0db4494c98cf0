package org.partitionproxy.catalog;

import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import org.partitionproxy.db.Session;
import org.partitionproxy.sql.Identifier;

/**
 * A fingerprint per schema, computed by the server over all that {@link TableReader} and {@link
 * TypeReader} would read, and ppp's triggers, so that thousands of unchanged schemas cost one short
 * query. The session must have only pg_catalog on its search_path.
 *
 * <p>Where that is cheaper, it holds PostgreSQL's own form instead of text: the numbers of built-in
 * types (all below 16384), collations and constraints, and expressions as they are stored. Only a
 * default that names a relation (a constant of type 2205, regclass) is written out, for that can be
 * renamed. So a schema that was dumped and restored has another fingerprint, and is compared once
 * more.
 *
 * <p>What the role of replicas may read is not in it: the veneer shows nothing of that, and it is
 * granted after the veneer.
 *
 * @see <a href="https://www.postgresql.org/docs/18/system-catalog-initial-data.html">PostgreSQL,
 *     67.2.2 OID Assignment</a>
 */
public final class FingerprintReader {

  private static final String FINGERPRINTS =
      """
      WITH wanted AS MATERIALIZED (
        SELECT n.oid, n.nspname FROM pg_catalog.pg_namespace AS n WHERE n.nspname = ANY (?))
      SELECT n.nspname, coalesce(r.relations, '') || coalesce(y.types, '') AS fingerprint
      FROM wanted AS n
      LEFT JOIN (
        SELECT c.relnamespace, pg_catalog.md5(pg_catalog.string_agg(
            c.relkind::text || c.relhassubclass || ' ' || c.relowner
              || ' ' || pg_catalog.quote_ident(c.relname)
              || ' ' || CASE WHEN c.relacl::text LIKE '%\\_replication%' THEN
                  pg_catalog.regexp_replace(c.relacl::text,
                    ',[^{,]*_replication[\\\\"]*=[^,}]*', '', 'g')
                ELSE coalesce(c.relacl::text, '') END
              || ' ' || coalesce(f.srvname || f.ftoptions::text, '')
              || ' ' || coalesce(a.columns, '')
              || CASE WHEN c.relhastriggers THEN
                  coalesce((SELECT pg_catalog.string_agg(
                      ' ' || g.tgname || ' ' || pg_catalog.encode(g.tgargs, 'escape'), ''
                      ORDER BY g.tgname)
                    FROM pg_catalog.pg_trigger AS g
                    WHERE g.tgrelid = c.oid AND NOT g.tgisinternal
                      AND (c.relkind = 'f' OR g.tgname LIKE '\\_ppp\\_%')), '')
                ELSE '' END
              || coalesce((SELECT pg_catalog.string_agg(d.objsubid || ' ' || d.description, E'\\n'
                    ORDER BY d.objsubid)
                  FROM pg_catalog.pg_description AS d
                  WHERE d.objoid = c.oid AND d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass),
                '')
              || CASE WHEN c.relkind IN ('r', 'p') THEN
                  coalesce((SELECT pg_catalog.string_agg(k.conname || ' ' || k.oid
                        || k.condeferrable || k.condeferred || k.convalidated, ', '
                      ORDER BY k.conname)
                    FROM pg_catalog.pg_constraint AS k
                    WHERE k.conrelid = c.oid AND k.contype IN ('p', 'u', 'f') AND k.conparentid = 0),
                  '')
                ELSE '' END,
            E'\\n' ORDER BY c.relname COLLATE "C")) AS relations
        FROM pg_catalog.pg_class AS c
        LEFT JOIN (
          SELECT ft.ftrelid, ft.ftoptions, s.srvname
          FROM pg_catalog.pg_foreign_table AS ft
          JOIN pg_catalog.pg_foreign_server AS s ON s.oid = ft.ftserver) AS f ON f.ftrelid = c.oid
        LEFT JOIN LATERAL (
          SELECT pg_catalog.string_agg(
              pg_catalog.quote_ident(a.attname)
                || ' ' || CASE WHEN a.atttypid < 16384 THEN a.atttypid || ' ' || a.atttypmod
                     ELSE pg_catalog.format_type(a.atttypid, a.atttypmod) END
                || ' ' || a.attcollation
                || a.attnotnull::text || a.attidentity::text || a.attgenerated::text
                || CASE WHEN a.attidentity = 'd' THEN ' ' || coalesce(
                     pg_catalog.pg_get_serial_sequence(
                       c.oid::pg_catalog.regclass::text, a.attname), '') ELSE '' END
                || coalesce(' DEFAULT ' || CASE WHEN ad.adbin::text LIKE '%:consttype 2205 %'
                     THEN pg_catalog.pg_get_expr(ad.adbin, ad.adrelid)
                     ELSE ad.adbin::text END, ''),
              ', ' ORDER BY a.attnum) AS columns
          FROM pg_catalog.pg_attribute AS a
          LEFT JOIN pg_catalog.pg_attrdef AS ad
            ON a.atthasdef AND ad.adrelid = a.attrelid AND ad.adnum = a.attnum
          WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS a ON true
        WHERE (c.relnamespace IN (SELECT w.oid FROM wanted AS w)) IS TRUE
          AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
        GROUP BY c.relnamespace) AS r ON r.relnamespace = n.oid
      LEFT JOIN (
        SELECT t.typnamespace, pg_catalog.md5(pg_catalog.string_agg(
            t.typtype::text || ' ' || t.typowner::text || ' '
              || pg_catalog.quote_ident(t.typname)
              || ' ' || t.typnotnull::text || ' ' || coalesce(t.typdefault, '')
              || CASE t.typtype
                WHEN 'e' THEN coalesce((SELECT pg_catalog.string_agg(
                    pg_catalog.quote_literal(e.enumlabel), ',' ORDER BY e.enumsortorder)
                  FROM pg_catalog.pg_enum AS e WHERE e.enumtypid = t.oid), '')
                WHEN 'd' THEN pg_catalog.format_type(t.typbasetype, t.typtypmod)
                  || ' ' || t.typcollation::pg_catalog.regcollation::text
                  || coalesce((SELECT pg_catalog.string_agg(pg_catalog.quote_ident(k.conname)
                      || pg_catalog.pg_get_constraintdef(k.oid), ',' ORDER BY k.conname)
                    FROM pg_catalog.pg_constraint AS k
                    WHERE k.contypid = t.oid AND k.contype = 'c'), '')
                WHEN 'r' THEN (SELECT pg_catalog.format_type(r.rngsubtype, NULL)
                    || pg_catalog.format_type(r.rngmultitypid, NULL)
                  FROM pg_catalog.pg_range AS r WHERE r.rngtypid = t.oid)
                ELSE coalesce((SELECT pg_catalog.string_agg(pg_catalog.quote_ident(a.attname)
                      || ' ' || pg_catalog.format_type(a.atttypid, a.atttypmod)
                      || a.attcollation::pg_catalog.regcollation::text, ',' ORDER BY a.attnum)
                    FROM pg_catalog.pg_attribute AS a
                    WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped), '')
                END,
            E'\\n' ORDER BY t.typname COLLATE "C")) AS types
        FROM pg_catalog.pg_type AS t
        WHERE t.typtype IN ('e', 'd', 'r', 'c')
          AND (t.typnamespace IN (SELECT w.oid FROM wanted AS w)) IS TRUE
          AND (t.typtype <> 'c' OR EXISTS (SELECT FROM pg_catalog.pg_class AS k
            WHERE k.oid = t.typrelid AND k.relkind = 'c'))
        GROUP BY t.typnamespace) AS y ON y.typnamespace = n.oid
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
