package org.partitionproxy.inspect;

import java.util.List;
import java.util.Optional;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.topology.InspectionLevel;
import org.partitionproxy.topology.ServerName;

/**
 * What a server logs now.
 *
 * @param level empty where the server does not answer
 * @param wanted by shards.yaml; empty where that leaves the server alone
 * @param roles that have a level of their own in the database with tenants
 * @param missing settings that stand between the two, as they are: {@code log_statement = 'ddl'}
 * @param statements that mend it, one a line
 * @param logBytes what its log files take on disk; empty where that can't be seen
 * @param logBound what ppp lets them take; empty on servers that it does not run
 */
public record ServerInspection(
    ServerName server,
    Optional<InspectionLevel> level,
    Optional<InspectionLevel> wanted,
    List<OfRole> roles,
    List<String> missing,
    List<String> statements,
    Optional<Long> logBytes,
    Optional<Long> logBound) {

  /** A role with a level of its own. */
  public record OfRole(Identifier role, InspectionLevel level) {}

  public ServerInspection {
    roles = List.copyOf(roles);
    missing = List.copyOf(missing);
    statements = List.copyOf(statements);
  }
}
