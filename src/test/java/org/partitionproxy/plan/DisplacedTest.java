package org.partitionproxy.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.state.Acl;
import org.partitionproxy.state.Column;
import org.partitionproxy.state.ColumnFill;
import org.partitionproxy.state.ForeignTable;
import org.partitionproxy.state.ServerState;
import org.partitionproxy.state.TypeName;
import org.partitionproxy.state.UserType;

/** What views must make way for. */
class DisplacedTest {

  private static final QualifiedName ITEMS = QualifiedName.of("acme", "items");
  private static final QualifiedName MOOD = QualifiedName.of("acme", "mood");

  private static Column column(String name, String type) {
    return new Column(Identifier.of(name), TypeName.builtIn(type), false, Optional.empty());
  }

  private static Column mood() {
    return new Column(
        Identifier.of("mood"),
        new TypeName(MOOD, "acme.mood", Optional.empty()),
        false,
        Optional.empty());
  }

  private static ForeignTable table(String server, Column... columns) {
    return new ForeignTable(ITEMS, Identifier.of(server), ITEMS, List.of(columns), Acl.NONE);
  }

  private static ServerState state(ForeignTable table, String... labels) {
    return ServerState.EMPTY.withMirrors(
        labels.length == 0 ? List.of() : List.of(new UserType.Enumeration(MOOD, List.of(labels))),
        List.of(table));
  }

  private static List<Displaced> displaced(ServerState is, ServerState should) {
    return new Differ(Passwords.UNKNOWN)
        .diff(is, should).stream().flatMap(change -> change.displaced().stream()).toList();
  }

  @Test
  void viewsOverATableThatIsOnlyAlteredStay() {
    assertThat(
            displaced(
                state(table("s", column("id", "integer"), column("gone", "text"))),
                state(table("s", column("id", "integer"), column("more", "text")))))
        .isEmpty();
  }

  @Test
  void viewsOverAColumnThatGetsAnotherTypeMakeWay() {
    assertThat(
            displaced(
                state(table("s", column("id", "integer"), column("note", "text"))),
                state(table("s", column("id", "bigint"), column("note", "text")))))
        .containsExactly(new Displaced(ITEMS, new TreeSet<>(List.of(Identifier.of("id")))));
  }

  @Test
  void viewsOverATableThatMovesOrGetsAGeneratedColumnMakeWay() {
    ForeignTable is = table("s", column("id", "integer"));
    assertThat(displaced(state(is), state(table("t", column("id", "integer")))))
        .containsExactly(Displaced.whole(ITEMS));
    assertThat(
            displaced(
                state(is), state(table("s", column("id", "integer").with(ColumnFill.GENERATED)))))
        .containsExactly(Displaced.whole(ITEMS));
  }

  @Test
  void viewsOverATypeThatIsMadeAnewAndWhatUsesItMakeWay() {
    ForeignTable table = table("s", mood());
    assertThat(displaced(state(table, "sad", "glad"), state(table, "glad", "sad")))
        .containsExactly(Displaced.whole(ITEMS), Displaced.whole(MOOD));
    assertThat(displaced(state(table, "sad"), state(table, "sad", "glad"))).isEmpty();
  }

  @Test
  void aTableThatIsOnlyDroppedIsNotTakenFromUnderAView() {
    assertThat(displaced(state(table("s", column("id", "integer"))), ServerState.EMPTY)).isEmpty();
  }
}
