package org.partitionproxy.migrate;

import java.util.List;
import java.util.Optional;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.SourcePosition;
import org.partitionproxy.topology.Tenant;

/**
 * A tenant that is behind and stays so until somebody mends the reason.
 *
 * @param applied the scripts that ran before the failure, which stay
 * @param script the one that failed, where one did
 * @param position in that script, where the failure has one
 * @param message the server's, or what is wrong with the history: one line, without the tenant
 * @param hint how to go on
 */
public record FailedTenant(
    Tenant tenant,
    List<String> applied,
    Code code,
    Optional<String> script,
    Optional<SourcePosition> position,
    Optional<String> sqlState,
    String message,
    String hint)
    implements TenantOutcome {

  public FailedTenant {
    applied = List.copyOf(applied);
  }
}
