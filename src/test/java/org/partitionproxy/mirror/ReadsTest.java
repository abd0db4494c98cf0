package org.partitionproxy.mirror;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.state.Acl;
import org.partitionproxy.state.Column;
import org.partitionproxy.state.ColumnFill;
import org.partitionproxy.state.ForeignTable;
import org.partitionproxy.state.Table;
import org.partitionproxy.state.TableKind;
import org.partitionproxy.state.TypeName;
import org.partitionproxy.state.UserType;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.Tenant;
import org.partitionproxy.topology.TenantName;

class ReadsTest {

  private static final Identifier SERVER = Identifier.of("copy");
  private static final Identifier OWNER = Identifier.of("shop_admin");

  private static Mirror reads(String schema, List<Table> tables, List<UserType> types) {
    Tenant tenant =
        new Tenant(new TenantName("acme"), Identifier.of(schema), new ServerName("shard1"));
    Mirror mirror =
        Mirror.of(
            new Mirror.Source(tables, types, List.of()),
            SERVER,
            Tenant.HISTORY_TABLE,
            new TreeSet<>(),
            OWNER);
    return Reads.of(tenant, mirror, SERVER, OWNER);
  }

  private static Table table(String schema, String name, TypeName... types) {
    List<Column> columns =
        List.of(types).stream()
            .map(
                type ->
                    new Column(Identifier.of("c"), type, true, Optional.empty())
                        .with(ColumnFill.GENERATED))
            .toList();
    return new Table(
        QualifiedName.of(schema, name),
        TableKind.TABLE,
        columns,
        Acl.of(Identifier.of(schema + "_app"), "SELECT", "INSERT"),
        8192);
  }

  private static TypeName type(String schema, String name, String sql) {
    return new TypeName(QualifiedName.of(schema, name), sql, Optional.empty());
  }

  private static List<String> types(Mirror mirror) {
    return mirror.tables().get(0).columns().stream().map(c -> c.type().sql()).toList();
  }

  @Test
  void showsATableInTheSchemaOfReadsToBeReadOnly() {
    Mirror mirror =
        reads("acme", List.of(table("acme", "items", TypeName.builtIn("bigint"))), List.of());
    ForeignTable items = mirror.tables().get(0);
    assertThat(items.name()).isEqualTo(QualifiedName.of("acme_replica", "items"));
    assertThat(items.remote()).isEqualTo(QualifiedName.of("acme", "items"));
    assertThat(items.columns().get(0).fill()).isEqualTo(ColumnFill.NONE);
    assertThat(items.acl()).isEqualTo(Acl.of(List.of(Identifier.of("acme_app"), OWNER), "SELECT"));
  }

  @Test
  void givesReadsTypesOfTheirOwn() {
    QualifiedName mood = QualifiedName.of("acme", "mood");
    Mirror mirror =
        reads(
            "acme",
            List.of(
                table(
                    "acme",
                    "items",
                    type("acme", "mood", "acme.mood"),
                    type("acme", "mood", "acme.mood[]"))),
            List.of(new UserType.Enumeration(mood, List.of("glad"))));
    assertThat(mirror.types())
        .containsExactly(
            new UserType.Enumeration(QualifiedName.of("acme_replica", "mood"), List.of("glad")));
    assertThat(types(mirror)).containsExactly("acme_replica.mood", "acme_replica.mood[]");
  }

  /** As PostgreSQL writes them, or a plan would never be empty. */
  @Test
  void quotesOnlySchemasThatNeedIt() {
    for (String[] one :
        new String[][] {
          {"user", "\"user\".mood", "user_replica.mood"},
          {"A \"b", "\"A \"\"b\".mood", "\"A \"\"b_replica\".mood"}
        }) {
      String schema = one[0];
      Mirror mirror =
          reads(
              schema,
              List.of(table(schema, "items", type(schema, "mood", one[1]))),
              List.of(new UserType.Enumeration(QualifiedName.of(schema, "mood"), List.of("glad"))));
      assertThat(types(mirror)).containsExactly(one[2]);
    }
  }

  @Test
  void showsADomainAsItsBaseType() {
    UserType positive =
        new UserType.Domain(
            QualifiedName.of("acme", "positive"),
            TypeName.builtIn("numeric(9,2)"),
            Optional.empty(),
            false,
            Optional.empty(),
            new TreeMap<>(),
            List.of());
    UserType code =
        new UserType.Domain(
            QualifiedName.of("acme", "code"),
            TypeName.builtIn("text"),
            Optional.of(QualifiedName.of("pg_catalog", "C")),
            true,
            Optional.empty(),
            new TreeMap<>(),
            List.of());
    Mirror mirror =
        reads(
            "acme",
            List.of(
                table(
                    "acme",
                    "items",
                    type("acme", "positive", "acme.positive"),
                    type("acme", "positive", "acme.positive[]"),
                    type("acme", "code", "acme.code"))),
            List.of(positive, code));
    assertThat(mirror.types()).isEmpty();
    assertThat(types(mirror)).containsExactly("numeric(9,2)", "numeric(9,2)[]", "text");
    assertThat(mirror.tables().get(0).columns().get(2).collation())
        .contains(QualifiedName.of("pg_catalog", "C"));
  }

  @Test
  void addsTheLagAndKeepsItsNameForIt() {
    String name = Reads.LAG.value();
    Mirror mirror =
        reads("acme", List.of(table("acme", name, TypeName.builtIn("text"))), List.of());
    assertThat(mirror.tables())
        .extracting(ForeignTable::name, ForeignTable::remote)
        .containsExactly(
            tuple(
                QualifiedName.of("acme_replica", name),
                QualifiedName.of("ppp", "replication_lag")));
    assertThat(mirror.notes())
        .containsExactly(
            "table acme.ppp_replication_lag is not shown: ppp's own has that name there");
  }
}
