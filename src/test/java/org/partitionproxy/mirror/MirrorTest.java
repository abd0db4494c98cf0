package org.partitionproxy.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.state.Acl;
import org.partitionproxy.state.Column;
import org.partitionproxy.state.ForeignTable;
import org.partitionproxy.state.Table;
import org.partitionproxy.state.TableKind;
import org.partitionproxy.state.TypeName;

class MirrorTest {

  private static final Identifier SHARD = Identifier.of("shard1");
  private static final Identifier HISTORY = Identifier.of("flyway_schema_history");
  private static final Identifier APP = Identifier.of("acme_app");

  private static Table table(String name, Column... columns) {
    return new Table(
        QualifiedName.of("acme", name),
        TableKind.TABLE,
        List.of(columns),
        Acl.of(APP, "SELECT", "INSERT", "TRIGGER", "REFERENCES"),
        8192);
  }

  private static Column column(String typeSchema, String type) {
    return new Column(
        Identifier.of("c"), new TypeName(Identifier.of(typeSchema), type), true, Optional.empty());
  }

  @Test
  void showsATableUnderItsOwnNameWithWhatARoleMayDoThroughPostgresFdw() {
    Mirror mirror =
        Mirror.of(List.of(table("books", column("pg_catalog", "uuid"))), SHARD, HISTORY);
    QualifiedName name = QualifiedName.of("acme", "books");
    assertThat(mirror.tables())
        .containsExactly(
            new ForeignTable(
                name,
                SHARD,
                name,
                List.of(column("pg_catalog", "uuid")),
                Acl.of(APP, "INSERT", "SELECT")));
    assertThat(mirror.leftOut()).isEmpty();
  }

  @Test
  void hidesTheHistoryOfMigrations() {
    assertThat(Mirror.of(List.of(table("flyway_schema_history")), SHARD, HISTORY).tables())
        .isEmpty();
  }

  @Test
  void namesATableThatItCannotShowAndShowsTheOthers() {
    Mirror mirror =
        Mirror.of(List.of(table("a", column("acme", "acme.mood[]")), table("b")), SHARD, HISTORY);
    assertThat(mirror.tables())
        .extracting(ForeignTable::name)
        .extracting(QualifiedName::toString)
        .containsExactly("acme.b");
    assertThat(mirror.leftOut())
        .containsExactly(
            new Mirror.LeftOut(
                QualifiedName.of("acme", "a"),
                "column \"c\" has type acme.mood[], which is not built in"));
  }

  @Test
  void grantsNothingToEverybody() {
    Table open =
        new Table(
            QualifiedName.of("acme", "t"),
            TableKind.VIEW,
            List.of(),
            Acl.of(Acl.PUBLIC, "SELECT"),
            0);
    assertThat(Mirror.of(List.of(open), SHARD, HISTORY).tables().get(0).acl()).isEqualTo(Acl.NONE);
  }
}
