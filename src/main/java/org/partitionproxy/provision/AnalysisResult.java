package org.partitionproxy.provision;

import java.util.List;

/**
 * What {@code ppp analyze} did.
 *
 * @param analyzed those that were, and are in the ledger
 * @param notes what was left out, and why
 * @param outcome with what failed
 */
public record AnalysisResult(
    List<Analysis.StaleTable> analyzed, List<String> notes, Outcome outcome) {

  public AnalysisResult {
    analyzed = List.copyOf(analyzed);
    notes = List.copyOf(notes);
  }
}
