package org.partitionproxy.plan;

import java.util.ArrayList;
import java.util.List;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.state.PublicRights;

/** Takes from everybody what would tell one tenant of another, and gives some of it to a few. */
public final class PublicRightsChanges {

  /** Where foreign tables lead. */
  static final Sql FOREIGN_CATALOGS =
      Sql.of(
          "pg_catalog.pg_foreign_data_wrapper, pg_catalog.pg_foreign_server,"
              + " pg_catalog.pg_foreign_table");

  private PublicRightsChanges() {}

  /**
   * Nothing where everybody has none of these rights, and all of {@code catalogReaders} have
   * theirs.
   *
   * @param catalogReaders who may know where foreign tables lead
   */
  public static List<Change> of(
      Identifier database, PublicRights rights, List<Identifier> catalogReaders) {
    List<Sql> statements = new ArrayList<>();
    if (!rights.relations().isEmpty()) {
      statements.add(Sql.of("REVOKE SELECT ON {} FROM PUBLIC", names(rights.relations())));
    }
    if (!rights.functions().isEmpty()) {
      statements.add(
          Sql.of("REVOKE EXECUTE ON FUNCTION {} FROM PUBLIC", names(rights.functions())));
    }
    List<Identifier> missing = new ArrayList<>(catalogReaders);
    missing.removeAll(rights.catalogReaders());
    if (!missing.isEmpty()) {
      statements.add(Sql.of("GRANT SELECT ON {} TO {}", FOREIGN_CATALOGS, Sql.join(", ", missing)));
    }
    return Differ.unlessEmpty(
        statements,
        sql ->
            Change.global(
                Stage.SCHEMAS,
                Action.ALTER,
                ObjectKind.PUBLIC_RIGHTS,
                database
                    + ": "
                    + rights.relations().size()
                    + " views, "
                    + rights.functions().size()
                    + " functions",
                sql));
  }

  private static Sql names(List<String> names) {
    return Sql.join(", ", names.stream().map(Sql::deparsed).toList());
  }
}
