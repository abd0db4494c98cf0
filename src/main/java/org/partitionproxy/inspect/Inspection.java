package org.partitionproxy.inspect;

import java.util.List;
import org.partitionproxy.diagnostic.Diagnostic;

/**
 * What all servers log now.
 *
 * @param problems errors of servers that don't answer, and warnings of what traces can't know
 */
public record Inspection(List<ServerInspection> servers, List<Diagnostic> problems) {

  public Inspection {
    servers = List.copyOf(servers);
    problems = List.copyOf(problems);
  }
}
