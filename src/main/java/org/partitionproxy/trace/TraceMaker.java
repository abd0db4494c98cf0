package org.partitionproxy.trace;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;
import org.partitionproxy.inspect.LogEntry;
import org.partitionproxy.inspect.SqlWords;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.TenantName;

/** Gathers what was forwarded for a statement. */
final class TraceMaker {

  /** For what was forwarded on behalf of a statement that the veneer's log lacks. */
  private static final String MISSING = "(not in the veneer's log)";

  private final ServerName veneer;
  private final String session;
  private final Roles roles;
  private final Told told;
  private final List<Forwarded> forwarded = new ArrayList<>();

  /** By shard's session, no earlier than what that session was asked before. */
  private final Map<String, Instant> last = new HashMap<>();

  private boolean guessed;

  TraceMaker(ServerName veneer, String session, Roles roles, Told told) {
    this.veneer = veneer;
    this.session = session;
    this.roles = roles;
    this.told = told;
  }

  /** Of something that was asked and whose statement is not known. */
  static Trace orphan(
      ServerName veneer,
      String session,
      Roles roles,
      Optional<String> user,
      Strand strand,
      Asked asked) {
    LogEntry line = asked.leader().line();
    TraceMaker maker =
        new TraceMaker(
            veneer,
            session,
            roles,
            new Told(
                -1,
                -1,
                true,
                asked.begin(),
                asked.begin(),
                asked.end(),
                Duration.ZERO,
                Duration.ZERO,
                OptionalLong.empty(),
                Optional.empty(),
                new SqlWords(Set.of(), Set.of()),
                line));
    maker.add(strand, asked);
    return maker.trace(MISSING, Optional.empty(), user, Optional.empty(), Optional.empty());
  }

  void add(Strand strand, Asked asked) {
    guessed |= strand.isGuessed();
    asked.before().forEach(step -> add(strand, step));
    List<Step> own =
        asked.followers().stream()
            .filter(s -> s.kind() == Step.Kind.FETCH || s.kind() == Step.Kind.CLOSE)
            .toList();
    Step leader = asked.leader();
    OptionalLong rows =
        Stream.concat(Stream.of(leader), own.stream())
            .map(Step::rows)
            .filter(OptionalLong::isPresent)
            .findFirst()
            .orElse(OptionalLong.empty());
    Optional<Problem> problem =
        Stream.concat(Stream.of(leader), own.stream())
            .flatMap(s -> s.problem().stream())
            .findFirst();
    int fetches = (int) own.stream().filter(s -> s.kind() == Step.Kind.FETCH).count();
    Duration duration = own.stream().map(Step::duration).reduce(leader.duration(), Duration::plus);
    Forwarded one =
        new Forwarded(
            strand.shard(),
            strand.session(),
            strand.user(),
            tenant(strand.user(), asked.words()),
            leader.purpose(),
            leader.sql(),
            leader.parameters(),
            inOrder(strand.session(), leader.begin()),
            duration,
            fetches,
            1,
            rows,
            problem);
    if (!mergesWithLast(one)) {
      forwarded.add(one);
    }
    asked.followers().stream()
        .filter(s -> s.kind() == Step.Kind.DEALLOCATE)
        .forEach(step -> add(strand, step));
  }

  void add(Strand strand, Step step) {
    guessed |= strand.isGuessed();
    forwarded.add(
        new Forwarded(
            strand.shard(),
            strand.session(),
            strand.user(),
            tenant(strand.user(), SqlWords.of(step.sql())),
            step.purpose(),
            step.sql(),
            step.parameters(),
            inOrder(strand.session(), step.begin()),
            step.duration(),
            step.kind() == Step.Kind.FETCH ? 1 : 0,
            1,
            step.rows(),
            step.problem()));
  }

  /** Ends are logged in milliseconds, which alone would put what is quick before what is slow. */
  private Instant inOrder(String shardSession, Instant begin) {
    return last.merge(shardSession, begin, (before, now) -> now.isBefore(before) ? before : now);
  }

  /** What is asked again for row after row, or batch after batch, is shown once. */
  private boolean mergesWithLast(Forwarded one) {
    int at = forwarded.size() - 1;
    while (at >= 0 && forwarded.get(at).purpose().isFolded()) {
      at--;
    }
    if (at < 0 || !isAgain(forwarded.get(at), one)) {
      return false;
    }
    Forwarded last = forwarded.get(at);
    OptionalLong rows =
        last.rows().isPresent() && one.rows().isPresent()
            ? OptionalLong.of(last.rows().getAsLong() + one.rows().getAsLong())
            : OptionalLong.empty();
    forwarded.set(
        at,
        new Forwarded(
            last.shard(),
            last.session(),
            last.user(),
            last.tenant(),
            last.purpose(),
            last.statement(),
            last.parameters(),
            last.begin(),
            last.duration().plus(one.duration()),
            last.fetches() + one.fetches(),
            last.executions() + 1,
            rows,
            one.problem()));
    return true;
  }

  private static boolean isAgain(Forwarded last, Forwarded one) {
    return last.shard().equals(one.shard())
        && last.session().equals(one.session())
        && last.statement().equals(one.statement())
        && last.problem().isEmpty();
  }

  private Optional<TenantName> tenant(Optional<String> role, SqlWords words) {
    return roles.tenant(role).or(() -> roles.named(words.names()));
  }

  Trace trace() {
    LogEntry line = told.line();
    return trace(
        line.statement().orElse(""),
        line.parameters(),
        line.user(),
        line.application(),
        line.queryId().filter(id -> id != 0));
  }

  private Trace trace(
      String statement,
      Optional<String> parameters,
      Optional<String> user,
      Optional<String> application,
      Optional<Long> queryId) {
    List<Forwarded> sorted =
        forwarded.stream().sorted(Comparator.comparing(Forwarded::begin)).toList();
    Instant begin = told.knowsDuration() || sorted.isEmpty() ? told.begin() : sorted.get(0).begin();
    return new Trace(
        veneer,
        session,
        told.transaction(),
        user,
        roles.tenant(user).or(() -> onlyTenant(sorted)),
        application,
        statement,
        parameters,
        begin.equals(Instant.MIN) ? told.end() : begin,
        told.duration(),
        told.rows(),
        queryId,
        told.problem(),
        !guessed,
        sorted);
  }

  private static Optional<TenantName> onlyTenant(List<Forwarded> forwarded) {
    List<Optional<TenantName>> tenants =
        forwarded.stream()
            .filter(one -> !one.purpose().isFolded())
            .map(Forwarded::tenant)
            .distinct()
            .toList();
    return tenants.size() == 1 ? tenants.get(0) : Optional.empty();
  }
}
