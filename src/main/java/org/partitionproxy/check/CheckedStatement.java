package org.partitionproxy.check;

import java.util.List;

/**
 * A statement and what was found.
 *
 * @param findings the worst first; empty where the veneer does as one PostgreSQL would
 */
public record CheckedStatement(AskedStatement asked, List<Finding> findings) {

  public CheckedStatement {
    findings =
        findings.stream()
            .distinct()
            .sorted(java.util.Comparator.comparing(Finding::verdict))
            .toList();
  }
}
