package org.partitionproxy.partition;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.Optional;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.QualifiedName;

/**
 * A table that was a partition until it was retired.
 *
 * @param name what it is called, and where it lies, now
 * @param to where {@code upper} lies, as in {@link PartitionRange}
 * @param since when its retirement began
 * @param retire detach, drop, or schema:NAME
 */
public record Leftover(
    QualifiedName name,
    QualifiedName parent,
    String lower,
    String upper,
    BigDecimal to,
    String retire,
    Instant since) {

  private static final String MOVE = "schema:";

  /** Whether it should be dropped, and is there since a run was interrupted. */
  public boolean toDrop() {
    return retire.equals("drop");
  }

  /** The schema that it should be in and is not, since a run was interrupted. */
  public Optional<Identifier> toMove() {
    return target(retire).filter(schema -> !schema.equals(name.schema()));
  }

  /** Whether it stays as it is. */
  public boolean kept() {
    return !toDrop() && toMove().isEmpty();
  }

  static Optional<Identifier> target(String retire) {
    return retire.startsWith(MOVE)
        ? Optional.of(Identifier.of(retire.substring(MOVE.length())))
        : Optional.empty();
  }
}
