package org.partitionproxy.explain;

import java.util.function.UnaryOperator;

/**
 * Who does a part of the work.
 *
 * @param pushedDown whether a shard does it
 * @param subject the expression that it is about; may be empty, may hold values
 * @param why it is done on the veneer; where it is pushed down, how, or empty
 * @param instead the step that would change that; empty where there is none
 */
public record Verdict(
    Operation operation, boolean pushedDown, String subject, String why, String instead) {

  static Verdict pushedDown(Operation operation, String subject) {
    return new Verdict(operation, true, subject, "", "");
  }

  static Verdict pushedDown(Operation operation, String subject, String how) {
    return new Verdict(operation, true, subject, how, "");
  }

  static Verdict onVeneer(Operation operation, String subject, Reason reason) {
    return new Verdict(operation, false, subject, reason.why(), reason.instead());
  }

  Verdict withTexts(UnaryOperator<String> change) {
    return new Verdict(operation, pushedDown, change.apply(subject), why, instead);
  }
}
