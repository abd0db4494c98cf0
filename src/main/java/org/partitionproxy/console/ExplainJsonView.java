package org.partitionproxy.console;

import org.partitionproxy.explain.CombinedPlan;

/** A combined plan for programs: one object, with the plan's steps inside of each other. */
public final class ExplainJsonView {

  private ExplainJsonView() {}

  public static String render(CombinedPlan plan) {
    return Json.pretty(plan);
  }
}
