package org.partitionproxy.provision;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.partitionproxy.apply.Lender;
import org.partitionproxy.apply.PlanApplier;
import org.partitionproxy.catalog.FingerprintReader;
import org.partitionproxy.db.Session;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.ledger.Ledger;
import org.partitionproxy.migrate.CannotFollow;
import org.partitionproxy.migrate.Following;
import org.partitionproxy.plan.Change;
import org.partitionproxy.plan.ObjectKind;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.Tenant;

/**
 * One tenant's mirror during its migration, in one transaction on the veneer: locked before the
 * first script, altered with each, committed when the last one is. Each script has a savepoint, so
 * that one that fails takes nothing with it but itself.
 *
 * <p>Killed between the shard's commit and the veneer's, this leaves a mirror that is behind. The
 * ledger, written in the same transaction, still has the old fingerprint: the next run sees that.
 */
final class MirrorTurn implements Following {

  private final Run run;
  private final Tenant tenant;
  private final Session veneer;
  private final MirrorLocks locks;
  private final MirrorListener listener;

  private MirrorLocks.@Nullable Taken taken;
  private MirrorNames before = new MirrorNames(Map.of());
  private String source;
  private String unconfirmedSource = "";
  private final List<Change> followed = new ArrayList<>();
  private List<Change> unconfirmed = List.of();
  private boolean savepoint;
  private boolean confirmed;
  private Optional<SqlFailure> lost = Optional.empty();

  /** Told of what a turn can't do by itself. */
  interface MirrorListener {
    void waiting(Tenant tenant, String forWhom);

    /** These were made and are committed; statistics only have to be. */
    void committed(List<Change> changes);
  }

  /**
   * @param source the fingerprint of the shard's tables that the mirror shows; empty if it is
   *     behind
   * @param veneer this turn's alone
   */
  MirrorTurn(
      Run run,
      Tenant tenant,
      String source,
      Session veneer,
      MirrorLocks locks,
      MirrorListener listener) {
    this.source = source;
    this.run = run;
    this.tenant = tenant;
    this.veneer = veneer;
    this.locks = locks;
    this.listener = listener;
  }

  @Override
  public void beforeScript(String script) {
    if (taken == null) {
      taken =
          onVeneer(
                  script,
                  () ->
                      locks.take(
                          veneer,
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
    MirrorPlanner planner = run.parts().mirrors().over(new BothEnds(shard, veneer));
    Supplier<MirrorPlanner.Derived> derived = () -> planner.derive(List.of(tenant));
    MirrorPlanner.Derived first = derived.get();
    if (!first.extensions().isEmpty()) {
      run.bringExtensions(() -> derived.get().extensions());
    }
    return first.onShards().getOrDefault(tenant.shard(), List.of());
  }

  private void follow(String script, Session shard, String changed) {
    MirrorNames after = MirrorNames.read(shard, tenant.schema());
    onVeneer(
        script,
        () -> {
          veneer.execute(Sql.of("SAVEPOINT ppp_script"));
          savepoint = true;
          rename(after);
          return true;
        });
    onVeneer(
        script,
        () -> {
          apply(plan(shard, changed));
          return true;
        });
    unconfirmedSource = changed;
  }

  private void rename(MirrorNames after) {
    Ledger ledger = new Ledger(veneer);
    for (MirrorNames.Rename rename :
        after.since(before, MirrorNames.mirrored(veneer, tenant.schema()))) {
      veneer.execute(rename.sql(tenant.schema()));
      if (rename.ofTable()) {
        ledger.renameTable(tenant.schema(), rename.table(), rename.to());
      }
    }
  }

  private String fingerprint(Session shard) {
    return new FingerprintReader()
        .read(shard, new TreeSet<>(List.of(tenant.schema())))
        .getOrDefault(tenant.schema(), "");
  }

  private MirrorPlanner.MirrorPlan plan(Session shard, String fingerprint) {
    Identifier schema = tenant.schema();
    return run.parts()
        .mirrors()
        .over(new BothEnds(shard, veneer))
        .plan(run.survey().withFingerprint(tenant.shard(), schema, fingerprint), List.of(tenant));
  }

  /** The migration's own session, which alone sees what it did, and this turn's. */
  private record BothEnds(Session shard, Session veneer) implements Lender {

    @Override
    public <T> T with(ServerDefinition server, Function<Session, T> work) {
      return work.apply(server.isVeneer() ? veneer : shard);
    }
  }

  private void apply(MirrorPlanner.MirrorPlan plan) {
    // ANALYZE and REFRESH ask the shard, which would wait for the migration.
    List<Change> structure =
        plan.changes().stream().filter(c -> c.kind() != ObjectKind.STATISTICS).toList();
    DependentViews views =
        DependentViews.read(veneer, structure, run.parts().desired().ruledOnMirrors());
    views.makeWay(veneer);
    veneer.execute(PlanApplier.statements(structure, run.topology().mirrorRole()));
    views.putBack(veneer);
    run.recorders().mirrors(veneer, List.of(tenant.schema()), plan);
    unconfirmed = new ArrayList<>(plan.changes());
    unconfirmed.addAll(views.refreshes(tenant.schema()));
  }

  @Override
  public void committed() {
    if (savepoint && lost.isEmpty()) {
      savepoint = false;
      confirmed = true;
      followed.addAll(unconfirmed);
      unconfirmed = List.of();
      source = unconfirmedSource;
      quietly(Sql.of("RELEASE SAVEPOINT ppp_script"));
    }
  }

  @Override
  public void release() {
    if (taken == null) {
      return;
    }
    if (savepoint) {
      quietly(Sql.of("ROLLBACK TO SAVEPOINT ppp_script"));
    }
    if (confirmed) {
      quietly(Sql.of("COMMIT"));
    } else {
      quietly(Sql.of("ROLLBACK"));
    }
    locks.giveBack(taken);
    taken = null;
    savepoint = false;
    if (confirmed && lost.isEmpty()) {
      listener.committed(List.copyOf(followed));
    }
    confirmed = false;
    followed.clear();
  }

  /**
   * @throws SqlFailure if the veneer's session was lost on the way
   */
  void requireSession() {
    if (lost.isPresent()) {
      throw lost.get();
    }
  }

  /** A session that fails at this is lost, and its transaction with it. */
  private void quietly(Sql statement) {
    if (lost.isPresent()) {
      return;
    }
    try {
      veneer.execute(statement);
    } catch (SqlFailure e) {
      lost = Optional.of(e);
    }
  }

  private interface Work<T> {
    T run();
  }

  private <T> T onVeneer(String script, Work<T> work) {
    if (lost.isPresent()) {
      throw refused(script, lost.get());
    }
    try {
      return work.run();
    } catch (ViewInTheWay e) {
      throw refused(script, e.sqlState(), e.diagnostics().get(0));
    } catch (SqlFailure e) {
      if (!e.server().equals(run.topology().veneer().name())) {
        throw e;
      }
      if (e.isUnreachable()) {
        lost = Optional.of(e);
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
    String who =
        locks
            .holder(veneer, tenant.schema())
            .map(MirrorLocks.Holder::text)
            .orElse(MirrorLocks.NOBODY);
    return new CannotFollow(
        script,
        Optional.empty(),
        Diagnostic.error(
            Code.MIRROR_IN_USE,
            "its mirror on the veneer is in use: " + who,
            "The script was not begun. End that transaction and run `ppp migrate` again;"
                + " `ppp migrate --no-wait` migrates the shard first, and the mirror follows when"
                + " it is free."));
  }
}
