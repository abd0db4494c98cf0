package org.partitionproxy.cli;

import java.util.List;
import java.util.Optional;
import org.partitionproxy.console.ProgressLine;
import org.partitionproxy.convert.Surroundings;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.provision.Provisioner;
import org.partitionproxy.topology.Tenant;
import org.partitionproxy.topology.TenantName;

/**
 * The veneer's tables and the policies of one tenant, as {@code ppp initialize} would have them.
 */
record TenantSurroundings(Workspace workspace, ProgressLine progress) implements Surroundings {

  @Override
  public Optional<String> follow(TenantName name) {
    return workspace.topology().findTenant(name.value()).flatMap(this::follow);
  }

  private Optional<String> follow(Tenant tenant) {
    try (Provisioner provisioner = workspace.provisioner(1)) {
      return first(
          provisioner
              .follow(
                  tenant,
                  Operator.origin("convert", workspace.topology()),
                  new RunProgress(progress))
              .diagnostics());
    } catch (PppException e) {
      return first(e.diagnostics());
    }
  }

  private static Optional<String> first(List<Diagnostic> problems) {
    return problems.stream().map(Diagnostic::summary).findFirst();
  }
}
