package org.partitionproxy.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.state.Acl;
import org.partitionproxy.state.Column;
import org.partitionproxy.state.TypeName;
import org.partitionproxy.state.UnionTable;
import org.partitionproxy.state.UnionView;

class EveryoneChangesTest {

  private static final Identifier READER = Identifier.of("r");
  private static final EveryoneChanges CHANGES =
      new EveryoneChanges(Identifier.of("o"), Identifier.of("m"), READER);

  private static Column column(String name, String type) {
    return new Column(Identifier.of(name), TypeName.builtIn(type), false, Optional.empty());
  }

  private static UnionTable table(String name, String tenants, Column... columns) {
    TreeMap<Identifier, SortedSet<String>> parts = new TreeMap<>();
    parts.put(Identifier.of("s1"), new TreeSet<>(List.of(tenants.split(" "))));
    return new UnionTable(
        QualifiedName.of("everyone", name), List.of(columns), parts, Acl.of(READER, "SELECT"));
  }

  private static UnionView view(String body, Column... columns) {
    return new UnionView(
        QualifiedName.of("everyone", "t"), List.of(columns), body, Acl.of(READER, "SELECT"));
  }

  private static List<String> sql(List<Change> changes) {
    return changes.stream().flatMap(c -> c.statements().stream()).map(Sql::text).toList();
  }

  @Test
  void changesNothingThatIsAsItShouldBe() {
    UnionTable table = table("t", "a b", column("tenant", "text"), column("id", "integer"));
    assertThat(CHANGES.tables(List.of(table), List.of(table))).isEmpty();
    UnionView view = view("SELECT 1", column("tenant", "text"));
    assertThat(CHANGES.views(List.of(view), List.of(view))).isEmpty();
    TreeSet<Identifier> there =
        new TreeSet<>(List.of(Identifier.of("everyone"), Identifier.of("everyone_shards")));
    assertThat(CHANGES.shardSchemas(there, true)).isEmpty();
    assertThat(CHANGES.veneerSchemas(there, true, Identifier.of("d"))).isEmpty();
  }

  @Test
  void makesATableWithAPartForEachShard() {
    assertThat(sql(CHANGES.tables(List.of(), List.of(table("t", "a b", column("tenant", "text"))))))
        .containsExactly(
            "CREATE TABLE \"everyone\".\"t\" (\"tenant\" text) PARTITION BY LIST (\"tenant\")",
            "CREATE FOREIGN TABLE \"everyone_shards\".\"t@s1\" PARTITION OF \"everyone\".\"t\""
                + " FOR VALUES IN ('a', 'b') SERVER \"s1\""
                + " OPTIONS (schema_name 'everyone', table_name 't')",
            "GRANT SELECT ON \"everyone\".\"t\" TO \"r\"");
  }

  @Test
  void altersATableSoThatWhatWasBuiltOnItStays() {
    UnionTable old =
        table("t", "a", column("tenant", "text"), column("x", "text"), column("y", "text"));
    UnionTable next =
        table("t", "a b", column("tenant", "text"), column("y", "integer"), column("z", "text"));
    assertThat(sql(CHANGES.tables(List.of(old), List.of(next))))
        .containsExactly(
            "DROP FOREIGN TABLE \"everyone_shards\".\"t@s1\"",
            "ALTER TABLE \"everyone\".\"t\" DROP COLUMN \"x\","
                + " ALTER COLUMN \"y\" TYPE integer USING NULL, ADD COLUMN \"z\" text",
            "CREATE FOREIGN TABLE \"everyone_shards\".\"t@s1\" PARTITION OF \"everyone\".\"t\""
                + " FOR VALUES IN ('a', 'b') SERVER \"s1\""
                + " OPTIONS (schema_name 'everyone', table_name 't')");
  }

  @Test
  void leavesATableAloneThatHasNoPartOfItsMaking() {
    UnionTable foreign =
        new UnionTable(QualifiedName.of("everyone", "mine"), List.of(), new TreeMap<>(), Acl.NONE);
    assertThat(CHANGES.tables(List.of(foreign), List.of())).isEmpty();
    assertThat(sql(CHANGES.tables(List.of(table("t", "a")), List.of())))
        .containsExactly(
            "DROP FOREIGN TABLE \"everyone_shards\".\"t@s1\"", "DROP TABLE \"everyone\".\"t\"");
  }

  @Test
  void givesPartsOfLongNamesOthersThatDoNotClash() {
    String stem = "t".repeat(62);
    List<String> made =
        sql(
            CHANGES.tables(
                List.of(),
                List.of(
                    table(stem + "1", "a", column("tenant", "text")),
                    table(stem + "2", "a", column("tenant", "text")))));
    assertThat(
            made.stream().filter(s -> s.startsWith("CREATE FOREIGN")).map(s -> s.split(" ", -1)[3]))
        .hasSize(2)
        .doesNotHaveDuplicates()
        .allSatisfy(
            n -> assertThat(n).hasSizeLessThanOrEqualTo(63 + 2 + "everyone_shards.".length() + 2));
  }

  @Test
  void replacesAFunctionWhoseResultStaysTheSame() {
    assertThat(
            sql(
                CHANGES.views(
                    List.of(view("SELECT 1", column("tenant", "text"))),
                    List.of(view("SELECT '2'", column("tenant", "text"))))))
        .containsExactly(
            "CREATE OR REPLACE FUNCTION \"everyone\".\"t\"() RETURNS TABLE (\"tenant\" text)"
                + " LANGUAGE sql STABLE PARALLEL SAFE AS 'SELECT ''2'''");
  }

  @Test
  void opensTheSchemaAgainToAReaderThatWasLockedOut() {
    TreeSet<Identifier> there = new TreeSet<>(List.of(Identifier.of("everyone")));
    assertThat(sql(CHANGES.shardSchemas(there, false)))
        .containsExactly("GRANT USAGE ON SCHEMA \"everyone\" TO \"r\"");
  }
}
