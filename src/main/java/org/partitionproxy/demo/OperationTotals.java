package org.partitionproxy.demo;

import java.math.BigDecimal;
import java.util.List;
import org.partitionproxy.db.Session;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.sql.Sql;

/**
 * What is settled, by client and type of operation.
 *
 * @param lines in this order
 */
public record OperationTotals(List<Line> lines) {

  /** Of one client and one type. */
  public record Line(int client, String type, long operations, BigDecimal amount) {}

  public OperationTotals {
    lines = List.copyOf(lines);
  }

  /** Counted from the operations themselves, wherever they are. */
  static OperationTotals counted(Session session, QualifiedName operations) {
    return read(
        session,
        Sql.of(
            """
            SELECT client, operation_type, count(*) AS operations, sum(amount)::text AS amount
            FROM {} WHERE settled
            GROUP BY client, operation_type
            ORDER BY client, operation_type""",
            operations));
  }

  /** As a materialized view has them. */
  static OperationTotals shown(Session session, QualifiedName view) {
    return read(
        session,
        Sql.of(
            """
            SELECT client, operation_type, operations, amount::text AS amount
            FROM {}
            ORDER BY client, operation_type""",
            view));
  }

  private static OperationTotals read(Session session, Sql query) {
    return new OperationTotals(
        session.query(
            query,
            row ->
                new Line(
                    row.integer("client"),
                    row.string("operation_type"),
                    row.number("operations"),
                    new BigDecimal(row.string("amount")))));
  }

  public long operations() {
    return lines.stream().mapToLong(Line::operations).sum();
  }

  public BigDecimal amount() {
    return lines.stream().map(Line::amount).reduce(BigDecimal.ZERO, BigDecimal::add);
  }
}
