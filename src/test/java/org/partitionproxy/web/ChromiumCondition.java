package org.partitionproxy.web;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Whether there is a Chromium. */
final class ChromiumCondition implements ExecutionCondition {

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    if (Chromium.findProgram().isPresent()) {
      return ConditionEvaluationResult.enabled("Chromium is installed");
    }
    String reason =
        "no Chromium is installed: Debian's package is chromium; PPP_CHROMIUM names another program";
    if (context.getTestMethod().isEmpty()) {
      // The build's summary counts what is skipped, without the reason.
      System.err.println("SKIPPED " + context.getDisplayName() + ": " + reason);
    }
    return ConditionEvaluationResult.disabled(reason);
  }
}
