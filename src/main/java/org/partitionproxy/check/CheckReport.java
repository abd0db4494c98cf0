package org.partitionproxy.check;

import java.util.List;
import org.partitionproxy.topology.TenantName;

/**
 * What an application has to know before it uses the veneer.
 *
 * @param tenant as whose role its statements were planned
 * @param statements all of them, in their order
 * @param application what holds whatever the statements are, for this tenant's tables
 */
public record CheckReport(
    TenantName tenant, List<CheckedStatement> statements, List<Finding> application) {

  public CheckReport {
    statements = List.copyOf(statements);
    application = List.copyOf(application);
  }

  /** Whether there is anything to say about any statement. */
  public boolean hasFindings() {
    return statements.stream().anyMatch(s -> !s.findings().isEmpty());
  }
}
