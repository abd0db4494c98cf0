package org.partitionproxy.provision;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.partitionproxy.apply.PlanApplier;
import org.partitionproxy.db.Session;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.ledger.Ledger;
import org.partitionproxy.plan.Change;
import org.partitionproxy.plan.ObjectKind;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.Tenant;

/** One veneer's transaction in a {@link MirrorTurn}, with a savepoint for the script that runs. */
final class MirrorEnd {

  private final Run run;
  private final Tenant tenant;
  private final Session session;
  private final List<Change> followed = new ArrayList<>();
  private List<Change> unconfirmed = List.of();
  private boolean savepoint;
  private boolean confirmed;
  private Optional<SqlFailure> lost = Optional.empty();

  /**
   * @param session the turn's alone
   */
  MirrorEnd(Run run, Tenant tenant, Session session) {
    this.run = run;
    this.tenant = tenant;
    this.session = session;
  }

  ServerDefinition veneer() {
    return session.server();
  }

  Session session() {
    return session;
  }

  /** Why the session is gone, and its transaction with it. */
  Optional<SqlFailure> lost() {
    return lost;
  }

  void lose(SqlFailure reason) {
    lost = Optional.of(reason);
  }

  /** Begins a script's part, with what it renamed. */
  void rename(MirrorNames before, MirrorNames after) {
    session.execute(Sql.of("SAVEPOINT ppp_script"));
    savepoint = true;
    Ledger ledger = new Ledger(session);
    for (MirrorNames.Rename rename :
        after.since(before, MirrorNames.mirrored(session, tenant.schema()))) {
      session.execute(rename.sql(tenant.schema()));
      if (rename.ofTable()) {
        ledger.renameTable(tenant.schema(), rename.table(), rename.to());
      }
    }
  }

  void apply(MirrorPlanner.MirrorPlan plan) {
    List<Change> changes = plan.of(veneer()).changes();
    // ANALYZE and REFRESH ask the shard, which would wait for the migration.
    List<Change> structure =
        changes.stream().filter(c -> c.kind() != ObjectKind.STATISTICS).toList();
    DependentViews views =
        DependentViews.read(session, structure, run.parts().desired().ruledOnMirrors());
    views.makeWay(session);
    session.execute(PlanApplier.statements(structure, run.topology().mirrorRole()));
    views.putBack(session);
    run.recorders().mirrors(session, List.of(tenant.schema()), plan);
    unconfirmed = new ArrayList<>(changes);
    unconfirmed.addAll(views.refreshes(tenant.schema()));
  }

  /** The script is committed on the shard. */
  void confirm() {
    if (savepoint && lost.isEmpty()) {
      savepoint = false;
      confirmed = true;
      followed.addAll(unconfirmed);
      unconfirmed = List.of();
      quietly(Sql.of("RELEASE SAVEPOINT ppp_script"));
    }
  }

  /** Commits what was confirmed and nothing else; returns what that was. */
  List<Change> end() {
    if (savepoint) {
      quietly(Sql.of("ROLLBACK TO SAVEPOINT ppp_script"));
    }
    quietly(confirmed ? Sql.of("COMMIT") : Sql.of("ROLLBACK"));
    List<Change> done = confirmed && lost.isEmpty() ? List.copyOf(followed) : List.of();
    savepoint = false;
    confirmed = false;
    followed.clear();
    return done;
  }

  /** A session that fails at this is lost, and its transaction with it. */
  private void quietly(Sql statement) {
    if (lost.isPresent()) {
      return;
    }
    try {
      session.execute(statement);
    } catch (SqlFailure e) {
      lost = Optional.of(e);
    }
  }
}
