package org.partitionproxy.mirror;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.state.Acl;
import org.partitionproxy.state.Column;
import org.partitionproxy.state.ForeignTable;
import org.partitionproxy.state.Table;

/**
 * What the veneer shows of one tenant.
 *
 * @param tables the foreign tables that it should have
 * @param leftOut the shard's tables that can't be shown, with the reason
 */
public record Mirror(List<ForeignTable> tables, List<LeftOut> leftOut) {

  /**
   * Of the rules in this class: when they change, mirrors that were made by older ones are derived
   * again, although neither side has changed.
   */
  public static final int VERSION = 1;

  /** What postgres_fdw can do on the remote side. */
  private static final TreeSet<String> PRIVILEGES =
      new TreeSet<>(List.of("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE"));

  /**
   * A table that the veneer does not show.
   *
   * @param reason lower-case, for a person
   */
  public record LeftOut(QualifiedName table, String reason) {}

  public Mirror {
    tables = List.copyOf(tables);
    leftOut = List.copyOf(leftOut);
  }

  /**
   * @param tables of the tenant's schema on its shard
   * @param server the foreign server of that shard
   * @param history the table of applied migrations, which is nobody's business but the owner's
   */
  public static Mirror of(List<Table> tables, Identifier server, Identifier history) {
    List<ForeignTable> foreign = new ArrayList<>();
    List<LeftOut> leftOut = new ArrayList<>();
    for (Table table : tables) {
      if (table.name().name().equals(history)) {
        continue;
      }
      obstacle(table)
          .ifPresentOrElse(
              reason -> leftOut.add(new LeftOut(table.name(), reason)),
              () ->
                  foreign.add(
                      new ForeignTable(
                          table.name(),
                          server,
                          table.name(),
                          table.columns(),
                          forwarded(table.acl()))));
    }
    return new Mirror(foreign, leftOut);
  }

  /** What a role may do on the shard it may do here; the rest does not go through postgres_fdw. */
  private static Acl forwarded(Acl acl) {
    Acl kept = Acl.NONE;
    for (var grant : acl.grants().entrySet()) {
      TreeSet<String> privileges = new TreeSet<>(grant.getValue());
      privileges.retainAll(PRIVILEGES);
      if (!grant.getKey().equals(Acl.PUBLIC)) {
        kept = kept.with(grant.getKey(), privileges);
      }
    }
    return kept;
  }

  private static Optional<String> obstacle(Table table) {
    for (Column column : table.columns()) {
      if (!column.type().isBuiltIn()) {
        return Optional.of(
            "column \""
                + column.name()
                + "\" has type "
                + column.type()
                + ", which is not built in");
      }
      if (column.collation().isPresent()
          && !column.collation().get().schema().value().equals("pg_catalog")) {
        return Optional.of(
            "column \""
                + column.name()
                + "\" has collation "
                + column.collation().get()
                + ", which is not built in");
      }
    }
    return Optional.empty();
  }
}
