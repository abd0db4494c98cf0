package org.partitionproxy.plan;

import java.util.ArrayList;
import java.util.List;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.state.PublicRights;

/** Takes from everybody what would tell one tenant of another. */
public final class PublicRightsChanges {

  private PublicRightsChanges() {}

  /** Nothing where everybody has none of these rights. */
  public static List<Change> revoke(Identifier database, PublicRights rights) {
    List<Sql> statements = new ArrayList<>();
    if (!rights.relations().isEmpty()) {
      statements.add(Sql.of("REVOKE SELECT ON {} FROM PUBLIC", names(rights.relations())));
    }
    if (!rights.functions().isEmpty()) {
      statements.add(
          Sql.of("REVOKE EXECUTE ON FUNCTION {} FROM PUBLIC", names(rights.functions())));
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
