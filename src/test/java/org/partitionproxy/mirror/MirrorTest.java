package org.partitionproxy.mirror;

import static org.assertj.core.api.Assertions.assertThat;

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
import org.partitionproxy.state.Comments;
import org.partitionproxy.state.ForeignTable;
import org.partitionproxy.state.Key;
import org.partitionproxy.state.ShardTrigger;
import org.partitionproxy.state.Table;
import org.partitionproxy.state.TableKind;
import org.partitionproxy.state.TypeName;
import org.partitionproxy.state.UserType;

class MirrorTest {

  private static final Identifier SHARD = Identifier.of("shard1");
  private static final Identifier HISTORY = Identifier.of("flyway_schema_history");
  private static final Identifier APP = Identifier.of("acme_app");
  private static final QualifiedName MOOD = QualifiedName.of("acme", "mood");
  private static final QualifiedName SEQUENCE = QualifiedName.of("acme", "a_c_seq");

  private static Table table(String name, Column... columns) {
    return new Table(
        QualifiedName.of("acme", name),
        TableKind.TABLE,
        List.of(columns),
        Acl.of(APP, "SELECT", "INSERT", "TRIGGER", "REFERENCES"),
        8192);
  }

  private static Column column(TypeName type) {
    return new Column(Identifier.of("c"), type, true, Optional.empty());
  }

  private static TypeName mood(String sql) {
    return new TypeName(MOOD, sql, Optional.empty());
  }

  private static Column filled(ColumnFill fill) {
    return column(TypeName.builtIn("bigint")).with(fill);
  }

  private static final Identifier OWNER = Identifier.of("shop_admin");
  private static final Acl ALL_OF_OWNER =
      Acl.of(OWNER, "DELETE", "INSERT", "SELECT", "TRUNCATE", "UPDATE");

  private static Mirror mirror(List<UserType> types, Table... tables) {
    return Mirror.of(
        new Mirror.Source(List.of(tables), types, List.of()),
        SHARD,
        HISTORY,
        new TreeSet<>(List.of(Identifier.of("citext"))),
        OWNER);
  }

  private static ColumnFill fillOf(Mirror mirror) {
    return mirror.tables().get(0).columns().get(0).fill();
  }

  @Test
  void showsATableUnderItsOwnNameWithWhatARoleMayDoThroughPostgresFdw() {
    Column uuid = column(TypeName.builtIn("uuid"));
    Mirror mirror = mirror(List.of(), table("books", uuid));
    QualifiedName name = QualifiedName.of("acme", "books");
    assertThat(mirror.tables())
        .containsExactly(
            new ForeignTable(
                name,
                SHARD,
                name,
                List.of(uuid),
                ALL_OF_OWNER.with(APP, List.of("INSERT", "SELECT"))));
    assertThat(mirror.notes()).isEmpty();
  }

  @Test
  void tellsOfKeysInTheCommentOfTheForeignTable() {
    Key key =
        new Key(
            Identifier.of("books_pkey"),
            Key.Kind.PRIMARY_KEY,
            List.of(Identifier.of("c")),
            Optional.empty(),
            List.of(),
            "PRIMARY KEY (c)");
    Table books = table("books", column(TypeName.builtIn("uuid")));
    Comments comments = new Comments(Optional.of("for reading"), new TreeMap<>());
    Table told =
        new Table(
            books.name(),
            books.kind(),
            books.columns(),
            books.acl(),
            books.bytes(),
            comments,
            List.of(key),
            false);
    assertThat(mirror(List.of(), told).tables().get(0).comments().relation())
        .contains("for reading\n\nOn the shard: PRIMARY KEY (c)");
  }

  @Test
  void wantsNoTriggerOnAViewWhoseColumnIsNumbered() {
    Column id =
        filled(
            new ColumnFill(
                ColumnFill.Kind.DEFAULT,
                "nextval('acme.a_c_seq'::regclass)",
                Optional.of(SEQUENCE),
                List.of()));
    Table view = new Table(QualifiedName.of("acme", "v"), TableKind.VIEW, List.of(id), Acl.NONE, 0);
    assertThat(mirror(List.of(), view).numbered()).isEmpty();
    assertThat(mirror(List.of(), table("t", id)).numbered()).hasSize(1);
  }

  @Test
  void hidesTheHistoryOfMigrations() {
    assertThat(mirror(List.of(), table("flyway_schema_history")).tables()).isEmpty();
  }

  @Test
  void namesATableThatItCannotShowAndShowsTheOthers() {
    Mirror mirror = mirror(List.of(), table("a", column(mood("acme.mood[]"))), table("b"));
    assertThat(mirror.tables())
        .extracting(ForeignTable::name)
        .extracting(QualifiedName::toString)
        .containsExactly("acme.b");
    assertThat(mirror.notes())
        .containsExactly(
            "table acme.a is not shown: column \"c\" has type acme.mood[], which the veneer can't"
                + " have");
  }

  @Test
  void bringsTheTypesThatTablesUse() {
    UserType moods = new UserType.Enumeration(MOOD, List.of("glad", "sad"));
    Mirror mirror = mirror(List.of(moods), table("a", column(mood("acme.mood[]"))));
    assertThat(mirror.types()).containsExactly(moods);
    assertThat(mirror.tables()).hasSize(1);
    assertThat(mirror.notes()).isEmpty();
  }

  @Test
  void leavesOutATypeThatIsBoundToItsServerAndWhatIsMadeOfIt() {
    UserType bound =
        new UserType.Domain(
            MOOD,
            TypeName.builtIn("text"),
            Optional.empty(),
            false,
            Optional.empty(),
            new TreeMap<>(),
            List.of("function acme.is_mood(text)"));
    UserType pair =
        new UserType.Composite(
            QualifiedName.of("acme", "a_pair"), List.of(column(mood("acme.mood"))));
    assertThat(mirror(List.of(pair, bound)).types()).isEmpty();
  }

  @Test
  void takesATypeOfAnExtensionThatTheVeneerHas() {
    TypeName citext =
        new TypeName(
            QualifiedName.of("public", "citext"),
            "public.citext",
            Optional.of(Identifier.of("citext")));
    TypeName ltree =
        new TypeName(
            QualifiedName.of("public", "ltree"),
            "public.ltree",
            Optional.of(Identifier.of("ltree")));
    Mirror mirror = mirror(List.of(), table("a", column(citext)), table("b", column(ltree)));
    assertThat(mirror.tables()).hasSize(1);
    assertThat(mirror.notes())
        .containsExactly(
            "table acme.b is not shown: column \"c\" has type public.ltree, of extension"
                + " \"ltree\", which the veneer does not have");
  }

  @Test
  void copiesADefaultThatIsTheSameEverywhere() {
    ColumnFill now = ColumnFill.of("now()");
    assertThat(fillOf(mirror(List.of(), table("a", filled(now))))).isEqualTo(now);
  }

  @Test
  void namesADefaultThatIsNot() {
    ColumnFill bound =
        new ColumnFill(
            ColumnFill.Kind.DEFAULT,
            "acme.next()",
            Optional.empty(),
            List.of("function acme.next()"));
    Mirror mirror = mirror(List.of(), table("a", filled(bound)));
    assertThat(fillOf(mirror)).isEqualTo(ColumnFill.NONE);
    assertThat(mirror.notes())
        .containsExactly(
            "an INSERT on the veneer that leaves out column c of acme.a gives NULL: its default"
                + " depends on function acme.next() of the shard");
  }

  @Test
  void leavesWhatPostgresqlComputesToTheShard() {
    assertThat(fillOf(mirror(List.of(), table("a", filled(ColumnFill.GENERATED)))))
        .isEqualTo(ColumnFill.GENERATED);
    ColumnFill always =
        new ColumnFill(ColumnFill.Kind.IDENTITY_ALWAYS, "", Optional.of(SEQUENCE), List.of());
    Mirror mirror = mirror(List.of(), table("a", filled(always)));
    assertThat(fillOf(mirror)).isEqualTo(ColumnFill.GENERATED);
    assertThat(mirror.numbered()).isEmpty();
  }

  @Test
  void hasTheShardFillNumbersThatMayBeGiven() {
    ColumnFill byDefault =
        new ColumnFill(ColumnFill.Kind.IDENTITY_BY_DEFAULT, "", Optional.of(SEQUENCE), List.of());
    ColumnFill serial =
        new ColumnFill(
            ColumnFill.Kind.DEFAULT,
            "nextval('acme.a_c_seq'::regclass)",
            Optional.of(SEQUENCE),
            List.of("sequence acme.a_c_seq"));
    for (ColumnFill fill : List.of(byDefault, serial)) {
      Mirror mirror = mirror(List.of(), table("a", filled(fill)));
      assertThat(fillOf(mirror)).isEqualTo(ColumnFill.NONE);
      assertThat(mirror.notes()).isEmpty();
      assertThat(mirror.numbered())
          .extracting(Mirror.Numbered::trigger)
          .containsExactly(
              new ShardTrigger(
                  QualifiedName.of("acme", "a"),
                  Identifier.of("_ppp_number_c"),
                  List.of("a_c_seq")));
    }
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
    assertThat(mirror(List.of(), open).tables().get(0).acl()).isEqualTo(ALL_OF_OWNER);
  }
}
