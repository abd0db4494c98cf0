package org.partitionproxy.inspect;

import java.util.List;
import org.partitionproxy.diagnostic.Diagnostic;

/**
 * What all servers log now.
 *
 * @param problems of servers that don't answer
 */
public record Inspection(List<ServerInspection> servers, List<Diagnostic> problems) {

  public Inspection {
    servers = List.copyOf(servers);
    problems = List.copyOf(problems);
  }
}
