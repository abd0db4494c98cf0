package org.partitionproxy.trace;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.partitionproxy.db.Session;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.inspect.LogEntry;
import org.partitionproxy.inspect.LogTail;
import org.partitionproxy.inspect.SessionNames;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.Topology;

/**
 * Follows the logs of one veneer and all shards at once, each in a thread and over a session of its
 * own, and gives what they tell together: traces, less than a second after their ends. A shard that
 * is away holds nobody up; what it logged comes when it is back. Memory is bounded by a few seconds
 * of the logs.
 */
public final class TraceWatch implements AutoCloseable {

  private static final Duration TURN = Duration.ofMillis(100);

  /** How long the end waits for a veneer that is away. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private static final Duration JOIN = Duration.ofSeconds(2);

  /** Told what is found; called from the thread that watches. */
  public interface Listener {

    /** Why statements may be missing in a server's log. */
    void warn(List<Diagnostic> warnings);

    /** A server is gone, or was never there; it is asked again and again until it answers. */
    void disconnected(ServerName server, SqlFailure reason);

    /** A server answers again; what it logged meanwhile comes next. */
    void reconnected(ServerName server);

    /**
     * @param traces in the order of their ends; may be none
     * @return whether anybody wants more
     */
    boolean show(List<Trace> traces);
  }

  private final Topology topology;
  private final ServerDefinition veneer;
  private final Function<ServerDefinition, Session> connector;
  private final Optional<Instant> since;
  private final Listener listener;

  private final ServerClocks clocks;
  private final Timeline timeline;

  /** Used by all threads, one at a time. */
  private final Weaver weaver;

  /** Shards of which it was said; used before the veneer's thread begins, and then by that one. */
  private final Set<ServerName> guessed = new HashSet<>();

  private final Queue<Consumer<Listener>> news = new ConcurrentLinkedQueue<>();
  private final AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean closed;
  private Instant from = Instant.MIN;
  private Instant until = Instant.MIN;

  /**
   * @param connector opens a session as a server's superuser
   * @param since by the veneer's clock: statements that ended before then are left out; empty for
   *     the moment of {@link #start}
   */
  public TraceWatch(
      Topology topology,
      ServerDefinition veneer,
      Function<ServerDefinition, Session> connector,
      Optional<Instant> since,
      Listener listener) {
    this.topology = topology;
    this.veneer = veneer;
    this.connector = connector;
    this.since = since;
    this.listener = listener;
    this.clocks = new ServerClocks(veneer.name());
    this.timeline = new Timeline(veneer.name());
    this.weaver = new Weaver(topology, veneer.name());
  }

  /**
   * Begins to read; whatever the veneer is asked from now on will be seen.
   *
   * @throws SqlFailure if the veneer cannot be reached
   */
  public void start() {
    try (Session session = connector.apply(veneer)) {
      clocks.measure(veneer.name(), session);
      readNames(session);
    }
    from = since.orElseGet(this::now);
    List<ServerDefinition> servers = new ArrayList<>(List.of(veneer));
    servers.addAll(topology.shown());
    servers.forEach(server -> timeline.join(server.name()));
    for (ServerDefinition server : servers) {
      Source source = new Source(server);
      Thread thread = new Thread(source::run, "ppp-log-of-" + server.name());
      thread.setDaemon(true);
      threads.add(thread);
      thread.start();
    }
  }

  /** Where names don't tell whose session is whose, it is guessed; which is said once. */
  private void readNames(Session session) {
    for (SessionNames wrong : SessionNames.wrong(topology, session)) {
      if (guessed.add(wrong.shard())) {
        news.add(to -> to.warn(List.of(wrong.warning())));
        synchronized (weaver) {
          weaver.guess(wrong.shard());
        }
      }
    }
  }

  /** Now, by the veneer's clock. */
  public Instant now() {
    return clocks.nowAtVeneer();
  }

  /**
   * Gives traces as they come, for as long as that is true, the listener wants more, and nobody
   * interrupts the thread.
   *
   * @return false if the listener wants no more, or the thread was interrupted
   * @throws org.partitionproxy.diagnostic.PppException if a log cannot be read
   */
  public boolean follow(BooleanSupplier goesOn) {
    boolean wanted = true;
    while (wanted && goesOn.getAsBoolean()) {
      wanted = turn() && pause();
    }
    return wanted;
  }

  /** Whether all that was logged before then has been given. */
  public boolean hasReached(Instant moment) {
    return !until.isBefore(moment);
  }

  /** Gives what has been logged until now, and ends. */
  public void finish() {
    Instant end = now();
    Instant deadline = clocks.now().plus(PATIENCE);
    boolean wanted =
        follow(
            () ->
                !hasReached(end)
                    && !(timeline.isAway(veneer.name()) && clocks.now().isAfter(deadline)));
    if (wanted) {
      List<Trace> rest;
      synchronized (weaver) {
        rest = weaver.end();
      }
      listener.show(
          rest.stream().filter(this::isAsked).filter(t -> !t.begin().isAfter(end)).toList());
    }
  }

  /** Returns whether the listener wants more. */
  private boolean turn() {
    for (Consumer<Listener> one = news.poll(); one != null; one = news.poll()) {
      one.accept(listener);
    }
    RuntimeException failed = failure.get();
    if (failed != null) {
      throw failed;
    }
    Optional<Instant> settled = timeline.settled().filter(moment -> moment.isAfter(until));
    if (settled.isEmpty()) {
      return true;
    }
    until = settled.get();
    List<Trace> traces;
    synchronized (weaver) {
      traces = weaver.until(until);
    }
    boolean wanted = listener.show(traces.stream().filter(this::isAsked).toList());
    timeline.drained(until);
    return wanted;
  }

  private boolean isAsked(Trace trace) {
    return !trace.begin().plus(trace.duration()).isBefore(from);
  }

  private boolean pause() {
    try {
      timeline.awaitDemand(TURN);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Ends the sessions. */
  @Override
  public void close() {
    closed = true;
    timeline.close();
    threads.forEach(Thread::interrupt);
    try {
      for (Thread thread : threads) {
        thread.join(JOIN.toMillis());
      }
    } catch (InterruptedException e) {
      // They end by themselves, at the end of what they ask their server now.
      Thread.currentThread().interrupt();
    }
  }

  /** One server's log, on its way to the weaver. */
  private final class Source implements LogTail.Listener {
    private final ServerDefinition server;
    private final ServerName name;
    private boolean away;
    private Instant pollBegin = Instant.MIN;

    Source(ServerDefinition server) {
      this.server = server;
      this.name = server.name();
    }

    void run() {
      LogTail tail =
          new LogTail(server, () -> connector.apply(server), () -> from.plus(ahead()), this);
      try {
        tail.run();
      } catch (RuntimeException e) {
        if (!closed) {
          failure.compareAndSet(null, e);
        }
      }
    }

    @Override
    public void connected(Session session, List<Diagnostic> warnings) {
      measure(session);
      timeline.join(name);
      if (away) {
        news.add(to -> to.reconnected(name));
      } else {
        news.add(to -> to.warn(warnings));
      }
      away = false;
    }

    private void measure(Session session) {
      clocks.measure(name, session);
      if (server.name().equals(veneer.name())) {
        readNames(session);
      }
      synchronized (weaver) {
        for (ServerDefinition shard : topology.shown()) {
          clocks
              .lead(shard.name())
              .ifPresent(lead -> weaver.clock(shard.name(), lead.ahead(), lead.uncertainty()));
        }
      }
    }

    /** Of the veneer's clock. */
    private Duration ahead() {
      return clocks.lead(name).map(ServerClocks.Lead::ahead).orElse(Duration.ZERO);
    }

    @Override
    public boolean polling(Session session) {
      if (clocks.isDue(name)) {
        measure(session);
      }
      pollBegin = now();
      return !closed;
    }

    @Override
    public void read(LogEntry entry) {
      Instant now = now();
      Instant time = entry.timestamp().minus(ahead());
      try {
        timeline.reach(name, time.isAfter(now) ? now : time);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      if (!entry.database().equals(Optional.of(server.database().value()))) {
        return;
      }
      synchronized (weaver) {
        if (server.isVeneer()) {
          weaver.onVeneer(entry);
        } else {
          weaver.onShard(name, entry);
        }
      }
    }

    @Override
    public void polled() {
      timeline.advance(name, pollBegin);
    }

    @Override
    public void disconnected(SqlFailure reason) {
      away = true;
      timeline.leave(name);
      news.add(to -> to.disconnected(name, reason));
    }
  }
}
