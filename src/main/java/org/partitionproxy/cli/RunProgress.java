package org.partitionproxy.cli;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.partitionproxy.console.ProgressLine;
import org.partitionproxy.migrate.FailedTenant;
import org.partitionproxy.migrate.MigratedTenant;
import org.partitionproxy.plan.Change;
import org.partitionproxy.plan.Stage;
import org.partitionproxy.provision.RunListener;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.Tenant;

/** Shows a run's progress: changes of each stage, then tenants that are migrated and mirrored. */
final class RunProgress implements RunListener {

  private final ProgressLine line;
  private final Set<String> outsideTransactions = ConcurrentHashMap.newKeySet();

  private volatile boolean tenants;

  RunProgress(ProgressLine line) {
    this.line = line;
  }

  @Override
  public void stage(Stage stage, int total) {
    tenants = stage == Stage.MIGRATIONS || stage == Stage.MIRROR;
    line.begin(stage.toString(), tenants ? "tenants" : "changes", total);
  }

  @Override
  public void dropping(int total) {
    line.begin("tearing down", "changes", total);
  }

  @Override
  public void committed(ServerDefinition server, List<Change> changes) {
    line.advance(
        tenants ? (int) changes.stream().map(Change::schema).distinct().count() : changes.size());
  }

  @Override
  public void rotating(int total) {
    line.begin("rotating", "passwords", total);
  }

  @Override
  public void rotated(int count) {
    line.advance(count);
  }

  @Override
  public void note(String text) {
    line.say("note: " + text);
  }

  @Override
  public void waiting(Tenant tenant, String forWhom) {
    line.say("note: tenant \"" + tenant.name() + "\" waits: " + forWhom);
  }

  /** Once for a script, whatever the number of tenants. */
  @Override
  public void followedAfterwards(Tenant tenant, String script) {
    if (outsideTransactions.add(script)) {
      line.say(
          "note: \""
              + script
              + "\" runs outside a transaction: the veneer's foreign tables follow after it");
    }
  }

  @Override
  public void migrated(MigratedTenant tenant) {
    line.advance();
  }

  @Override
  public void failed(FailedTenant tenant) {
    line.advance();
  }
}
