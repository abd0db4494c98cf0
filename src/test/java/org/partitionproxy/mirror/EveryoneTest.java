package org.partitionproxy.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.state.Acl;
import org.partitionproxy.state.Column;
import org.partitionproxy.state.Table;
import org.partitionproxy.state.TableKind;
import org.partitionproxy.state.TypeName;
import org.partitionproxy.state.UnionTable;
import org.partitionproxy.state.UnionView;
import org.partitionproxy.state.UserType;

class EveryoneTest {

  private static final Identifier SHARD1 = Identifier.of("shard1");
  private static final Identifier SHARD2 = Identifier.of("shard2");
  private static final Identifier HISTORY = Identifier.of("flyway_schema_history");
  private static final Identifier READER = Identifier.of("bookstore_reader");

  private static Column column(String name, String type) {
    return column(name, "pg_catalog", type, Optional.empty());
  }

  private static Column column(
      String name, String schema, String type, Optional<QualifiedName> collation) {
    TypeName named =
        schema.equals("pg_catalog")
            ? TypeName.builtIn(type)
            : new TypeName(QualifiedName.of(schema, type), type, Optional.empty());
    return new Column(Identifier.of(name), named, true, collation);
  }

  private static Table table(TableKind kind, String schema, String name, Column... columns) {
    return new Table(
        QualifiedName.of(schema, name), kind, List.of(columns), Acl.of(READER, "SELECT"), 0);
  }

  private static Everyone.Source source(String tenant, Identifier shard, Column... columns) {
    return new Everyone.Source(
        tenant, shard, List.of(table(TableKind.TABLE, tenant, "items", columns)));
  }

  private static Everyone everyone(Everyone.Source... sources) {
    return Everyone.of(List.of(sources), HISTORY, READER);
  }

  private static List<String> columns(Everyone everyone) {
    return everyone.tables().get(0).columns().stream()
        .map(c -> c.name() + " " + c.type() + c.collation().map(l -> " " + l).orElse(""))
        .toList();
  }

  @Test
  void putsTheTenantsTablesOfAShardIntoOneViewAndTheShardsIntoOneTable() {
    Everyone everyone =
        everyone(
            source("a", SHARD1, column("id", "bigint")),
            source("b.c", SHARD2, column("id", "bigint")),
            source("d-e", SHARD1, column("id", "bigint")));
    UnionTable table = everyone.tables().get(0);
    assertThat(everyone.tables()).hasSize(1);
    assertThat(table.name()).isEqualTo(QualifiedName.of("everyone", "items"));
    assertThat(table.parts().toString()).isEqualTo("{shard1=[a, d-e], shard2=[b.c]}");
    assertThat(table.acl()).isEqualTo(Acl.of(READER, "SELECT"));
    assertThat(columns(everyone)).containsExactly("tenant text", "id bigint");
    assertThat(everyone.views().get(SHARD1))
        .extracting(UnionView::body)
        .containsExactly(
            """
            SELECT 'a'::pg_catalog.text, t."id" FROM "a"."items" AS t
            UNION ALL SELECT 'd-e'::pg_catalog.text, t."id" FROM "d-e"."items" AS t""");
    assertThat(everyone.notes()).isEmpty();
  }

  @Test
  void isTheSameInWhateverOrderTheTenantsAreRead() {
    List<Everyone.Source> sources =
        new ArrayList<>(
            List.of(
                source("a", SHARD1, column("x", "text"), column("y", "text")),
                source("b", SHARD1, column("y", "text"), column("x", "text")),
                source("c", SHARD2, column("y", "text"))));
    Everyone one = Everyone.of(sources, HISTORY, READER);
    Collections.reverse(sources);
    assertThat(Everyone.of(sources, HISTORY, READER)).isEqualTo(one);
  }

  @Test
  void keepsTheColumnsThatAllHaveWithOneTypeAndSaysWhyOthersAreLeftOut() {
    Everyone everyone =
        everyone(
            source(
                "a",
                SHARD1,
                column("id", "bigint"),
                column("price", "integer"),
                column("tenant", "text"),
                column("extra", "text"),
                column("mood", "a", "a.mood", Optional.empty())),
            source(
                "b",
                SHARD2,
                column("id", "bigint"),
                column("price", "numeric(10,2)"),
                column("tenant", "text"),
                column("mood", "b", "b.mood", Optional.empty())));
    assertThat(columns(everyone)).containsExactly("tenant text", "id bigint");
    assertThat(everyone.notes())
        .containsExactly(
            "column \"price\" of everyone.items is left out:"
                + " of tenant \"a\" it is integer, of \"b\" numeric",
            "column \"tenant\" of everyone.items is left out: the tenant's name stands there",
            "column \"extra\" of everyone.items is left out: tenant \"b\" is without it",
            "column \"mood\" of everyone.items is left out:"
                + " of tenant \"a\" it is a.mood, which is not built in");
  }

  @Test
  void showsEnumsAsTextAndDomainsAsWhatTheyAreOfWhateverTheyAllow() {
    Column[] columns = {
      column("mood", "a", "mood", Optional.empty()),
      column("price", "a", "price", Optional.empty()),
      column("word", "a", "word", Optional.empty()),
      column("best", "a", "best", Optional.empty()),
      column("span", "a", "span", Optional.empty())
    };
    QualifiedName c = QualifiedName.of("pg_catalog", "C");
    List<UserType> types =
        List.of(
            new UserType.Enumeration(QualifiedName.of("a", "mood"), List.of("sad")),
            domain("price", column("price", "numeric(8,2)"), Optional.empty()),
            domain("word", column("word", "text"), Optional.of(c)),
            domain("best", columns[0], Optional.empty()),
            new UserType.Range(
                QualifiedName.of("a", "span"),
                TypeName.builtIn("date"),
                QualifiedName.of("a", "spans"),
                List.of()));
    Everyone everyone =
        everyone(
            new Everyone.Source("a", SHARD1, source("a", SHARD1, columns).tables(), types),
            source(
                "b",
                SHARD2,
                column("mood", "text"),
                column("price", "numeric(10,2)"),
                column("word", "pg_catalog", "text", Optional.of(c)),
                column("best", "text"),
                column("span", "daterange")));
    assertThat(columns(everyone))
        .containsExactly(
            "tenant text", "mood text", "price numeric", "word text pg_catalog.C", "best text");
    assertThat(everyone.views().get(SHARD1).get(0).body())
        .isEqualTo(
            "SELECT 'a'::pg_catalog.text, t.\"mood\"::text, t.\"price\"::numeric,"
                + " t.\"word\"::text, t.\"best\"::text FROM \"a\".\"items\" AS t");
    assertThat(everyone.notes())
        .containsExactly(
            "column \"span\" of everyone.items is left out:"
                + " of tenant \"a\" it is span, which is not built in");
  }

  private static UserType domain(String name, Column base, Optional<QualifiedName> collation) {
    return new UserType.Domain(
        QualifiedName.of("a", name),
        base.type(),
        collation,
        false,
        Optional.empty(),
        new TreeMap<>(),
        List.of());
  }

  @Test
  void takesNoColumnWhoseOrderOfTextsDiffers() {
    Optional<QualifiedName> c = Optional.of(QualifiedName.of("pg_catalog", "C"));
    Everyone everyone =
        everyone(
            source(
                "a",
                SHARD1,
                column("x", "pg_catalog", "text", c),
                column("y", "pg_catalog", "text", c)),
            source("b", SHARD1, column("x", "pg_catalog", "text", c), column("y", "text")));
    assertThat(columns(everyone)).containsExactly("tenant text", "x text pg_catalog.C");
    assertThat(everyone.notes())
        .containsExactly(
            "column \"y\" of everyone.items is left out:"
                + " of tenant \"a\" it is text COLLATE pg_catalog.C, of \"b\" text");
  }

  @Test
  void saysWhichTenantsHaveNoTableOfThatName() {
    List<Everyone.Source> sources = new ArrayList<>();
    sources.add(source("a", SHARD1, column("id", "integer")));
    for (String tenant : List.of("f", "b", "c", "d", "e")) {
      sources.add(new Everyone.Source(tenant, SHARD1, List.of()));
    }
    assertThat(Everyone.of(sources, HISTORY, READER).notes())
        .containsExactly(
            "table everyone.items has not everyone:"
                + " tenants \"b\", \"c\", \"d\" and 2 more are without it");
  }

  @Test
  void showsTablesButNeitherViewsNorTheHistoryOfMigrations() {
    List<Table> tables = new ArrayList<>();
    for (TableKind kind : TableKind.values()) {
      tables.add(table(kind, "a", kind.name()));
    }
    tables.add(table(TableKind.TABLE, "a", HISTORY.value()));
    Everyone everyone =
        Everyone.of(List.of(new Everyone.Source("a", SHARD1, tables)), HISTORY, READER);
    assertThat(everyone.tables())
        .extracting(t -> t.name().name().value())
        .containsExactly("MATERIALIZED_VIEW", "PARTITIONED_TABLE", "TABLE");
  }

  @Test
  void leavesOutATableWithoutRoomForTheTenantsName() {
    Column[] columns = new Column[1600];
    for (int i = 0; i < columns.length; i++) {
      columns[i] = column("c" + i, "integer");
    }
    Everyone everyone = everyone(source("a", SHARD1, columns));
    assertThat(everyone.tables()).isEmpty();
    assertThat(everyone.views()).isEmpty();
    assertThat(everyone.notes())
        .containsExactly("table everyone.items is left out: it would have too many columns");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "text|text",
        "character varying(20)|character varying",
        "character(3)|bpchar",
        "character(3)[]|bpchar[]",
        "bpchar|bpchar",
        "bit(5)|\"bit\"",
        "bit varying(5)|bit varying",
        "numeric(10,2)|numeric",
        "numeric(3,-2)[]|numeric[]",
        "timestamp(3) with time zone|timestamp with time zone",
        "time(0) without time zone[]|time without time zone[]",
        "interval|interval",
        "interval(3)|interval",
        "interval day to second(2)|interval",
        "interval year[]|interval[]",
        "\"char\"|\"char\""
      })
  void forgetsWhatAFunctionCannotReturn(String type, String bare) {
    assertThat(CommonColumns.bare(TypeName.builtIn(type)).sql()).isEqualTo(bare);
  }

  @Test
  void isNothingWithoutTenants() {
    assertThat(everyone()).isEqualTo(new Everyone(new TreeMap<>(), List.of(), List.of()));
  }
}
