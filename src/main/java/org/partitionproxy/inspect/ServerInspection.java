package org.partitionproxy.inspect;

import java.util.List;
import java.util.Optional;
import org.partitionproxy.topology.InspectionLevel;
import org.partitionproxy.topology.ServerName;

/**
 * What a server logs now.
 *
 * @param level empty where the server does not answer
 * @param wanted by shards.yaml; empty where that leaves the server alone
 * @param missing settings that stand between the two, as they are: {@code log_statement = 'ddl'}
 * @param statements that mend it, one a line
 * @param logBytes what its log files take on disk; empty where that can't be seen
 * @param logBound what ppp lets them take; empty on servers that it does not run
 */
public record ServerInspection(
    ServerName server,
    Optional<InspectionLevel> level,
    Optional<InspectionLevel> wanted,
    List<String> missing,
    List<String> statements,
    Optional<Long> logBytes,
    Optional<Long> logBound) {

  public ServerInspection {
    missing = List.copyOf(missing);
    statements = List.copyOf(statements);
  }
}
