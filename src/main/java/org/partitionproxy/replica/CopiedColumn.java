package org.partitionproxy.replica;

import java.util.List;
import java.util.Optional;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.Sql;

/**
 * A column as far as its copy must be like it. All texts are PostgreSQL's own.
 *
 * @param generated {@code GENERATED ALWAYS AS (…) STORED}; empty for all that is replicated
 * @param filled whether rows that were there before the column may have a value in it
 * @param missing that value, the same in all these rows, where PostgreSQL keeps it apart
 * @param number of no other column of the table, ever: {@code attnum}
 */
public record CopiedColumn(
    Identifier name,
    String type,
    boolean notNull,
    Optional<String> collation,
    Optional<String> generated,
    boolean filled,
    Optional<String> missing,
    int number) {

  /** From a row of {@link EndReader}'s array of columns. */
  static CopiedColumn of(List<Optional<String>> fields) {
    return new CopiedColumn(
        Identifier.of(fields.get(0).orElseThrow()),
        fields.get(1).orElseThrow(),
        fields.get(2).orElseThrow().equals("t"),
        fields.get(3),
        fields.get(4),
        fields.get(5).orElseThrow().equals("t"),
        fields.get(6),
        Integer.parseInt(fields.get(7).orElseThrow()));
  }

  /** {@code id bigint COLLATE "C"}; without NOT NULL. */
  Sql definition() {
    return Sql.of(
        "{} {}{}{}",
        name,
        Sql.deparsed(type),
        collation.map(c -> Sql.of(" COLLATE {}", Sql.deparsed(c))).orElse(Sql.EMPTY),
        generated.map(g -> Sql.of(" {}", Sql.deparsed(g))).orElse(Sql.EMPTY));
  }

  /** Whether it is known what rows that were there before it have in it. */
  boolean isKnown() {
    return !filled || missing.isPresent();
  }

  /** Whether the values of one fit the other without any change. */
  boolean hasTypeOf(CopiedColumn other) {
    return type.equals(other.type) && collation.equals(other.collation);
  }
}
