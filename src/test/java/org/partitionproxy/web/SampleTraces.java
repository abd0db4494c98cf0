package org.partitionproxy.web;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
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

/** The bookstore of README.md, and traces as its four tenants would cause them. */
final class SampleTraces {

  private static final Identifier DATABASE = Identifier.of("bookstore");
  private static final Instant START = Instant.parse("2026-11-20T09:41:00Z");

  private final Random random = new Random(11);
  private Instant clock = START;

  static Topology topology() {
    return new Topology(
        Path.of("shards.yaml"),
        "bookstore",
        RuntimeChoice.EMBEDDED,
        DATABASE,
        Optional.empty(),
        Optional.empty(),
        ServerDefinition.local(ServerName.VENEER, 14797, DATABASE),
        List.of(server("shard1", 29948), server("shard2", 13366), server("shard3", 11033)),
        List.of(
            tenant("bluth-co", "shard1"),
            tenant("cyberdyne", "shard2"),
            tenant("dunder-mifflin", "shard2"),
            tenant("initech", "shard3")));
  }

  private static ServerDefinition server(String name, int port) {
    return ServerDefinition.local(new ServerName(name), port, DATABASE);
  }

  private static Tenant tenant(String name, String shard) {
    TenantName tenant = new TenantName(name);
    return new Tenant(tenant, Identifier.of(tenant.defaultSchema()), new ServerName(shard));
  }

  /** A statement of one tenant that its shard answers. */
  static Trace read(String tenant, String shard, String statement, int shipped, int returned) {
    return new SampleTraces()
        .trace(
            tenant,
            statement,
            20_000,
            returned,
            List.of(new Part(shard, tenant, Purpose.READ, statement, 12_000, shipped)));
  }

  /** A minute of an ordinary morning. */
  List<Trace> morning(int statements) {
    List<Trace> traces = new ArrayList<>();
    while (traces.size() < statements) {
      traces.add(next(traces.size()));
    }
    return traces;
  }

  private Trace next(int number) {
    return switch (number % 13) {
      case 0, 6 -> author("initech", "shard3");
      case 1 -> search();
      case 2, 8 -> author("bluth-co", "shard1");
      case 3 -> bothShards();
      case 4, 10 -> author("cyberdyne", "shard2");
      case 5 -> bestsellers();
      case 7 -> order();
      case 9 -> author("dunder-mifflin", "shard2");
      case 11 -> number % 2 == 0 ? refused() : bestsellers();
      default -> byYear();
    };
  }

  private Trace author(String tenant, String shard) {
    String schema = schema(tenant);
    return trace(
        tenant,
        "SELECT title, published FROM books WHERE author_id = ? ORDER BY published",
        1_400 + random.nextInt(700),
        7,
        List.of(
            new Part(
                shard,
                tenant,
                Purpose.READ,
                "SELECT title, published FROM "
                    + schema
                    + ".books WHERE ((author_id = ?::integer)) ORDER BY published ASC NULLS LAST",
                600 + random.nextInt(300),
                7)));
  }

  private Trace search() {
    return trace(
        "bluth-co",
        "SELECT id, title FROM books WHERE plain(title) = plain(?) LIMIT 12",
        41_000 + random.nextInt(9_000),
        12,
        List.of(
            new Part(
                "shard1",
                "bluth-co",
                Purpose.READ,
                "SELECT id, title FROM bluth_co.books",
                24_000 + random.nextInt(4_000),
                24_310)));
  }

  private Trace bothShards() {
    return trace(
        "",
        "SELECT b.title, i.price - b.price AS more FROM bluth_co.books b"
            + " JOIN initech.books i USING (isbn) WHERE b.published > ?",
        17_000 + random.nextInt(2_000),
        214,
        List.of(
            new Part(
                "shard1",
                "bluth-co",
                Purpose.READ,
                "SELECT title, isbn, price FROM bluth_co.books WHERE ((published > ?))",
                3_400 + random.nextInt(900),
                618),
            new Part(
                "shard3",
                "initech",
                Purpose.READ,
                "SELECT isbn, price FROM initech.books",
                6_100 + random.nextInt(900),
                2_480)));
  }

  private Trace bestsellers() {
    return trace(
        "cyberdyne",
        "SELECT a.name, count(*) FROM authors a JOIN books b ON b.author_id = a.id"
            + " GROUP BY a.name ORDER BY 2 DESC",
        5_600 + random.nextInt(800),
        48,
        List.of(
            new Part(
                "shard2",
                "cyberdyne",
                Purpose.READ,
                "SELECT r1.name, count(*) FROM (cyberdyne.authors r1 INNER JOIN cyberdyne.books r2"
                    + " ON (((r2.author_id = r1.id)))) GROUP BY 1",
                4_300 + random.nextInt(500),
                48)));
  }

  private Trace order() {
    return trace(
        "dunder-mifflin",
        "UPDATE books SET stock = stock - ? WHERE id = ? AND stock_of(id) > ?",
        3_700 + random.nextInt(500),
        1,
        List.of(
            new Part(
                "shard2",
                "dunder-mifflin",
                Purpose.LOCK,
                "SELECT id, stock, ctid FROM dunder_mifflin.books WHERE ((id = ?)) FOR UPDATE",
                900 + random.nextInt(200),
                1),
            new Part(
                "shard2",
                "dunder-mifflin",
                Purpose.WRITE,
                "UPDATE dunder_mifflin.books SET stock = ? WHERE ctid = ?",
                700 + random.nextInt(200),
                1)));
  }

  private Trace byYear() {
    return trace(
        "initech",
        "SELECT published, string_agg(title, ?) FROM books GROUP BY published",
        11_000 + random.nextInt(2_000),
        121,
        List.of(
            new Part(
                "shard3",
                "initech",
                Purpose.READ,
                "SELECT title, published FROM initech.books",
                5_200 + random.nextInt(900),
                2_480)));
  }

  private Trace refused() {
    Trace trace = trace("initech", "INSERT INTO books (id, title) VALUES (?, ?)", 0, -1, List.of());
    return new Trace(
        trace.veneer(),
        trace.session(),
        trace.transaction(),
        trace.user(),
        trace.tenant(),
        trace.application(),
        trace.statement(),
        trace.parameters(),
        trace.begin(),
        trace.duration(),
        trace.rows(),
        trace.queryId(),
        Optional.of(
            new Problem("23505", "duplicate key value violates unique constraint \"books_pkey\"")),
        true,
        List.of());
  }

  private record Part(
      String shard, String tenant, Purpose purpose, String statement, int micros, int rows) {}

  /**
   * @param returned fewer than 0 where the log doesn't tell
   */
  private Trace trace(String tenant, String statement, int micros, int returned, List<Part> parts) {
    clock = clock.plusNanos(1_000_000L * (8 + random.nextInt(34)));
    Instant begin = clock.minusNanos(micros * 1_000L);
    String session = "6900a%03x.%04x".formatted(random.nextInt(4), 0x1a2f);
    List<Forwarded> forwarded = new ArrayList<>();
    Instant at = begin.plusNanos(micros * 80L);
    for (Part part : parts) {
      forwarded.add(control(part, session, at));
      forwarded.add(forwarded(part, session, at));
      at = at.plusNanos(part.micros() * 1_000L + micros * 30L);
    }
    return new Trace(
        ServerName.VENEER,
        session,
        random.nextInt(10_000),
        Optional.of(tenant.isEmpty() ? "bookstore_app" : schema(tenant) + "_app"),
        tenant.isEmpty() ? Optional.empty() : Optional.of(new TenantName(tenant)),
        Optional.of("storefront"),
        statement,
        Optional.empty(),
        begin,
        Duration.ofNanos(micros * 1_000L),
        returned < 0 ? OptionalLong.empty() : OptionalLong.of(returned),
        Optional.empty(),
        Optional.empty(),
        true,
        forwarded);
  }

  private static Forwarded forwarded(Part part, String session, Instant begin) {
    boolean cursor = part.purpose() != Purpose.WRITE;
    return new Forwarded(
        new ServerName(part.shard()),
        session,
        Optional.of(schema(part.tenant()) + "_app"),
        Optional.of(new TenantName(part.tenant())),
        part.purpose(),
        part.statement(),
        Optional.empty(),
        begin,
        Duration.ofNanos(part.micros() * 1_000L),
        cursor ? part.rows() / 1_000 + 1 : 0,
        1,
        OptionalLong.of(part.rows()),
        Optional.empty());
  }

  private static Forwarded control(Part part, String session, Instant begin) {
    return new Forwarded(
        new ServerName(part.shard()),
        session,
        Optional.of(schema(part.tenant()) + "_app"),
        Optional.empty(),
        Purpose.CONTROL,
        "START TRANSACTION ISOLATION LEVEL REPEATABLE READ",
        Optional.empty(),
        begin,
        Duration.ofNanos(40_000),
        0,
        1,
        OptionalLong.empty(),
        Optional.empty());
  }

  private static String schema(String tenant) {
    return new TenantName(tenant).defaultSchema();
  }
}
