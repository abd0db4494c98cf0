package org.partitionproxy.state;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.QualifiedName;

/**
 * A primary key, unique or foreign key constraint.
 *
 * @param columns in the key's order
 * @param references the table that a foreign key refers to
 * @param referenced its columns, as many as there are {@code columns}; otherwise empty
 * @param definition as {@code pg_get_constraintdef} writes it
 * @see <a href="https://www.postgresql.org/docs/18/ddl-constraints.html">PostgreSQL, 5.5
 *     Constraints</a>
 */
public record Key(
    Identifier name,
    Kind kind,
    List<Identifier> columns,
    Optional<QualifiedName> references,
    List<Identifier> referenced,
    String definition) {

  /** By {@code pg_constraint.contype}. */
  public enum Kind {
    PRIMARY_KEY("p"),
    UNIQUE("u"),
    FOREIGN_KEY("f");

    private final String contype;

    Kind(String contype) {
      this.contype = contype;
    }

    /**
     * @throws IllegalArgumentException if it is no key
     */
    public static Kind of(String contype) {
      return Stream.of(values())
          .filter(kind -> kind.contype.equals(contype))
          .findFirst()
          .orElseThrow(() -> new IllegalArgumentException("contype " + contype));
    }

    /** As in {@code information_schema.table_constraints}. */
    @Override
    public String toString() {
      return name().replace('_', ' ');
    }
  }

  public Key {
    columns = List.copyOf(columns);
    referenced = List.copyOf(referenced);
  }

  /** With the columns of its next part. */
  public Key followedBy(Key next) {
    return new Key(
        name,
        kind,
        Stream.concat(columns.stream(), next.columns.stream()).toList(),
        references,
        Stream.concat(referenced.stream(), next.referenced.stream()).toList(),
        definition);
  }
}
