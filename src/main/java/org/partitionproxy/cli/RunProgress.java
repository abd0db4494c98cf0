package org.partitionproxy.cli;

import java.util.List;
import org.partitionproxy.console.ProgressLine;
import org.partitionproxy.migrate.FailedTenant;
import org.partitionproxy.migrate.MigratedTenant;
import org.partitionproxy.plan.Change;
import org.partitionproxy.plan.Stage;
import org.partitionproxy.provision.RunListener;
import org.partitionproxy.topology.ServerDefinition;

/** Shows a run's progress: changes of each stage, then migrated tenants. */
final class RunProgress implements RunListener {

  private final ProgressLine line;

  RunProgress(ProgressLine line) {
    this.line = line;
  }

  @Override
  public void stage(Stage stage, int total) {
    boolean tenants = stage == Stage.MIGRATIONS;
    line.begin(stage.toString(), tenants ? "tenants" : "changes", total);
  }

  @Override
  public void dropping(int total) {
    line.begin("tearing down", "changes", total);
  }

  @Override
  public void committed(ServerDefinition server, List<Change> changes) {
    line.advance(changes.size());
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
  public void migrated(MigratedTenant tenant) {
    line.advance();
  }

  @Override
  public void failed(FailedTenant tenant) {
    line.advance();
  }
}
