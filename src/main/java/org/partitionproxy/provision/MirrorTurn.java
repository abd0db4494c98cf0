package org.partitionproxy.provision;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.partitionproxy.apply.Lender;
import org.partitionproxy.catalog.FingerprintReader;
import org.partitionproxy.db.Session;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.migrate.CannotFollow;
import org.partitionproxy.migrate.Following;
import org.partitionproxy.plan.Change;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.Tenant;

/**
 * One tenant's mirrors during its migration, in one transaction on each veneer: locked before the
 * first script, altered with each, committed when the last one is. Each script has a savepoint, so
 * that one that fails takes nothing with it but itself.
 *
 * <p>Killed between the shard's commit and a veneer's, this leaves a mirror that is behind. The
 * ledger, written in the same transaction, still has the old fingerprint: the next run sees that.
 */
final class MirrorTurn implements Following {

  private final Run run;
  private final Tenant tenant;
  private final List<MirrorEnd> ends;
  private final Survey survey;
  private final MirrorLocks locks;
  private final MirrorListener listener;

  private MirrorLocks.@Nullable Taken taken;
  private MirrorNames before = new MirrorNames(Map.of());
  private String source;
  private String unconfirmedSource = "";

  /** Told of what a turn can't do by itself. */
  interface MirrorListener {
    void waiting(Tenant tenant, String forWhom);

    /** These were made and are committed; statistics only have to be. */
    void committed(ServerDefinition veneer, List<Change> changes);
  }

  /**
   * @param source the fingerprint of the shard's tables that the mirrors show; empty if one is
   *     behind
   * @param veneers this turn's alone, of those that show the tenant
   */
  MirrorTurn(
      Run run,
      Tenant tenant,
      String source,
      List<Session> veneers,
      MirrorLocks locks,
      MirrorListener listener) {
    this.source = source;
    this.run = run;
    this.tenant = tenant;
    this.ends = veneers.stream().map(session -> new MirrorEnd(run, tenant, session)).toList();
    Set<ServerName> others = new HashSet<>(run.survey().snapshots().keySet());
    ends.forEach(end -> others.remove(end.veneer().name()));
    this.survey =
        run.survey()
            .without(others)
            .withoutFingerprints(ends.stream().map(end -> end.veneer().name()).toList());
    this.locks = locks;
    this.listener = listener;
  }

  @Override
  public void beforeScript(String script) {
    if (taken == null) {
      taken =
          onVeneers(
                  script,
                  () ->
                      locks.take(
                          sessions(),
                          tenant.schema(),
                          holder -> listener.waiting(tenant, holder.text())))
              .orElseThrow(() -> inUse(script));
    }
    before =
        run.parts()
            .sessions()
            .with(
                run.topology().shardOf(tenant), shard -> MirrorNames.read(shard, tenant.schema()));
  }

  @Override
  public void afterScript(String script, Session shard) {
    List<Change> numbers = look(shard, () -> numberChanges(shard));
    for (Change change : numbers) {
      shard.execute(change.statements());
    }
    look(
        shard,
        () -> {
          String now = fingerprint(shard);
          if (!now.equals(source)) {
            follow(script, shard, now);
          }
          return true;
        });
  }

  /** Types show with their schema's name only where nothing else is in sight. */
  private static <T> T look(Session shard, Supplier<T> work) {
    shard.execute(
        List.of(Sql.of("SAVEPOINT ppp_shape"), Sql.of("SET LOCAL search_path = pg_catalog")));
    T result = work.get();
    shard.execute(
        List.of(Sql.of("ROLLBACK TO SAVEPOINT ppp_shape"), Sql.of("RELEASE SAVEPOINT ppp_shape")));
    return result;
  }

  /** What the shard's tables need after the script, and the extensions that the veneer needs. */
  private List<Change> numberChanges(Session shard) {
    if (fingerprint(shard).equals(source)) {
      return List.of();
    }
    MirrorPlanner planner = run.parts().mirrors().over(new AllEnds(shard, ends));
    Supplier<MirrorPlanner.Derived> derived = () -> planner.derive(survey, List.of(tenant));
    MirrorPlanner.Derived first = derived.get();
    first
        .veneers()
        .forEach(
            (name, shown) -> {
              if (!shown.extensions().isEmpty()) {
                run.bringExtensions(
                    run.topology().findServer(name.value()).orElseThrow(),
                    () -> Objects.requireNonNull(derived.get().veneers().get(name)).extensions());
              }
            });
    return first.onShards().getOrDefault(tenant.shard(), List.of());
  }

  private void follow(String script, Session shard, String changed) {
    MirrorNames after = MirrorNames.read(shard, tenant.schema());
    onVeneers(
        script,
        () -> {
          ends.forEach(end -> end.rename(before, after));
          MirrorPlanner.MirrorPlan plan = plan(shard, changed);
          ends.forEach(end -> end.apply(plan));
          return true;
        });
    unconfirmedSource = changed;
  }

  private List<Session> sessions() {
    return ends.stream().map(MirrorEnd::session).toList();
  }

  private String fingerprint(Session shard) {
    return new FingerprintReader()
        .read(shard, new TreeSet<>(List.of(tenant.schema())))
        .getOrDefault(tenant.schema(), "");
  }

  private MirrorPlanner.MirrorPlan plan(Session shard, String fingerprint) {
    return run.parts()
        .mirrors()
        .over(new AllEnds(shard, ends))
        .plan(
            survey.withFingerprints(
                Map.of(tenant.shard(), new TreeMap<>(Map.of(tenant.schema(), fingerprint)))),
            List.of(tenant));
  }

  /** The migration's own session, which alone sees what it did, and this turn's. */
  private record AllEnds(Session shard, List<MirrorEnd> ends) implements Lender {

    @Override
    public <T> T with(ServerDefinition server, Function<Session, T> work) {
      return work.apply(
          ends.stream()
              .filter(end -> end.veneer().equals(server))
              .map(MirrorEnd::session)
              .findFirst()
              .orElse(shard));
    }
  }

  @Override
  public void committed() {
    if (!unconfirmedSource.isEmpty()) {
      source = unconfirmedSource;
      unconfirmedSource = "";
    }
    ends.forEach(MirrorEnd::confirm);
  }

  @Override
  public void release() {
    if (taken == null) {
      return;
    }
    Map<ServerDefinition, List<Change>> done = new LinkedHashMap<>();
    ends.forEach(end -> done.put(end.veneer(), end.end()));
    locks.giveBack(taken);
    taken = null;
    unconfirmedSource = "";
    done.forEach(listener::committed);
  }

  /**
   * @throws SqlFailure if a veneer's session was lost on the way
   */
  void requireSessions() {
    lost()
        .ifPresent(
            reason -> {
              throw reason;
            });
  }

  private Optional<SqlFailure> lost() {
    return ends.stream().flatMap(end -> end.lost().stream()).findFirst();
  }

  private interface Work<T> {
    T run();
  }

  private <T> T onVeneers(String script, Work<T> work) {
    if (lost().isPresent()) {
      throw refused(script, lost().get());
    }
    try {
      return work.run();
    } catch (ViewInTheWay e) {
      throw refused(script, e.sqlState(), e.diagnostics().get(0));
    } catch (SqlFailure e) {
      MirrorEnd end =
          ends.stream()
              .filter(one -> one.veneer().name().equals(e.server()))
              .findFirst()
              .orElseThrow(() -> e);
      if (e.isUnreachable()) {
        end.lose(e);
      }
      throw refused(script, e);
    }
  }

  private CannotFollow refused(String script, SqlFailure reason) {
    return refused(script, Optional.of(reason.sqlState()), reason.diagnostics().get(0));
  }

  private CannotFollow refused(String script, Optional<String> sqlState, Diagnostic said) {
    return new CannotFollow(
        script,
        sqlState,
        Diagnostic.error(
            Code.MIRROR_REFUSED,
            "its mirror can't follow: " + said.summary(),
            said.hint()
                + "\nThe script was rolled back on shard \""
                + tenant.shard()
                + "\" too. Change or drop what is in the way on the veneer, run `ppp migrate` again,"
                + " and make it anew."));
  }

  private CannotFollow inUse(String script) {
    String where =
        ends.stream()
            .flatMap(
                end ->
                    locks
                        .holder(end.session(), tenant.schema())
                        .map(holder -> end.veneer().title() + " is in use: " + holder.text())
                        .stream())
            .findFirst()
            .orElse(ends.get(0).veneer().title() + " is in use: " + MirrorLocks.NOBODY);
    return new CannotFollow(
        script,
        Optional.empty(),
        Diagnostic.error(
            Code.MIRROR_IN_USE,
            "its mirror on " + where,
            "The script was not begun. End that transaction and run `ppp migrate` again;"
                + " `ppp migrate --no-wait` migrates the shard first, and the mirror follows when"
                + " it is free."));
  }
}
