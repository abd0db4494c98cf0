package org.partitionproxy.testing;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.topology.RuntimeChoice;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.Tenant;
import org.partitionproxy.topology.TenantName;
import org.partitionproxy.topology.Topology;
import org.partitionproxy.trace.Forwarded;
import org.partitionproxy.trace.Problem;
import org.partitionproxy.trace.Purpose;
import org.partitionproxy.trace.Trace;

/** Builds traces of a small bookstore: two shards, bluth-co on the first, initech on the second. */
public final class SampleTrace {

  public static final Instant BEGIN = Instant.parse("2026-11-20T10:00:00Z");

  private final String statement;
  private String session = "6a2b.1f";
  private Optional<TenantName> tenant = Optional.empty();
  private Instant begin = BEGIN;
  private Duration duration = Duration.ZERO;
  private OptionalLong rows = OptionalLong.empty();
  private Optional<Long> queryId = Optional.empty();
  private Optional<Problem> problem = Optional.empty();
  private boolean exact = true;
  private final List<Forwarded> forwarded = new ArrayList<>();

  private SampleTrace(String statement) {
    this.statement = statement;
  }

  public static Topology topology() {
    Identifier database = Identifier.of("bookstore");
    ServerName shard1 = new ServerName("shard1");
    ServerName shard2 = new ServerName("shard2");
    return new Topology(
        Path.of("shards.yaml"),
        "bookstore",
        RuntimeChoice.AUTO,
        database,
        Optional.empty(),
        Optional.empty(),
        ServerDefinition.local(ServerName.VENEER, 14797, database),
        List.of(
            ServerDefinition.local(shard1, 29948, database),
            ServerDefinition.local(shard2, 13366, database)),
        List.of(
            new Tenant(new TenantName("bluth-co"), Identifier.of("bluth_co"), shard1),
            new Tenant(new TenantName("initech"), Identifier.of("initech"), shard2)));
  }

  public static SampleTrace of(String statement) {
    return new SampleTrace(statement);
  }

  public SampleTrace session(String id) {
    session = id;
    return this;
  }

  public SampleTrace tenant(String name) {
    tenant = Optional.of(new TenantName(name));
    return this;
  }

  public SampleTrace begin(Instant time) {
    begin = time;
    return this;
  }

  public SampleTrace millis(long millis) {
    duration = Duration.ofMillis(millis);
    return this;
  }

  public SampleTrace rows(long count) {
    rows = OptionalLong.of(count);
    return this;
  }

  public SampleTrace queryId(long id) {
    queryId = Optional.of(id);
    return this;
  }

  public SampleTrace problem(String sqlState, String message) {
    problem = Optional.of(new Problem(sqlState, message));
    return this;
  }

  /** What was forwarded is tied to it by time. */
  public SampleTrace guessed() {
    exact = false;
    return this;
  }

  /** A read that took so long, and shipped so many rows in one FETCH. */
  public SampleTrace read(String shard, String sql, long millis, long count) {
    return forward(shard, Purpose.READ, sql, millis, OptionalLong.of(count));
  }

  public SampleTrace forward(
      String shard, Purpose purpose, String sql, long millis, OptionalLong count) {
    forwarded.add(
        new Forwarded(
            new ServerName(shard),
            "77.1",
            Optional.of("bluth_co_app"),
            tenant,
            purpose,
            sql,
            Optional.empty(),
            begin.plusMillis(1),
            Duration.ofMillis(millis),
            purpose == Purpose.READ ? 1 : 0,
            1,
            count,
            Optional.empty()));
    return this;
  }

  public Trace build() {
    return new Trace(
        ServerName.VENEER,
        session,
        1,
        Optional.of("bluth_co_app"),
        tenant,
        Optional.empty(),
        statement,
        Optional.of("$1 = 'secret parameter'"),
        begin,
        duration,
        rows,
        queryId,
        problem,
        exact,
        forwarded);
  }
}
