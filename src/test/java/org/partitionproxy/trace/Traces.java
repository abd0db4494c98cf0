package org.partitionproxy.trace;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.TenantName;

/** Traces for tests. */
public final class Traces {

  public static final Instant BEGIN = Instant.parse("2026-11-20T10:43:10.123Z");

  private Traces() {}

  /** Of session {@code 6.1}, by acme's role, in 10 ms. */
  public static Trace trace(String statement, long rows, Forwarded... forwarded) {
    return trace("6.1", 1, statement, Optional.empty(), OptionalLong.of(rows), forwarded);
  }

  public static Trace failed(String statement, Problem problem) {
    return trace("6.1", 1, statement, Optional.of(problem), OptionalLong.empty());
  }

  public static Trace ofTransaction(String session, long transaction, Forwarded... forwarded) {
    return trace(
        session, transaction, "UPDATE items", Optional.empty(), OptionalLong.empty(), forwarded);
  }

  private static Trace trace(
      String session,
      long transaction,
      String statement,
      Optional<Problem> problem,
      OptionalLong rows,
      Forwarded... forwarded) {
    return new Trace(
        ServerName.VENEER,
        session,
        transaction,
        Optional.of("acme_app"),
        Optional.of(new TenantName("acme")),
        Optional.of("shop"),
        statement,
        Optional.of("$1 = 'bob'"),
        BEGIN,
        problem.isPresent() ? Duration.ZERO : Duration.ofMillis(10),
        rows,
        Optional.empty(),
        problem,
        true,
        List.of(forwarded));
  }

  public static Forwarded read(String shard, String tenant, long rows) {
    return forwarded(
        shard, tenant, Purpose.READ, "SELECT id FROM items WHERE id = 7", OptionalLong.of(rows));
  }

  public static Forwarded readWithoutRows(String shard) {
    return forwarded(shard, "acme", Purpose.READ, "SELECT id FROM items", OptionalLong.empty());
  }

  public static Forwarded write(String shard) {
    return forwarded(
        shard, "acme", Purpose.WRITE, "UPDATE items SET note = 'bob'", OptionalLong.of(1));
  }

  public static Forwarded control(String shard) {
    return forwarded(shard, "acme", Purpose.CONTROL, "COMMIT TRANSACTION", OptionalLong.empty());
  }

  private static Forwarded forwarded(
      String shard, String tenant, Purpose purpose, String statement, OptionalLong rows) {
    return new Forwarded(
        new ServerName(shard),
        "7.1",
        Optional.of("acme_app"),
        Optional.of(new TenantName(tenant)),
        purpose,
        statement,
        Optional.empty(),
        BEGIN.plusMillis(1),
        Duration.ofMillis(4),
        purpose == Purpose.READ ? 2 : 0,
        1,
        rows,
        Optional.empty());
  }
}
