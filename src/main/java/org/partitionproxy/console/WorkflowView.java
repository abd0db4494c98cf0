package org.partitionproxy.console;

import java.time.Duration;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import org.partitionproxy.workflow.Workflow;
import org.partitionproxy.workflow.WorkflowStep;

/** Workflows, and the steps of one. */
public final class WorkflowView {

  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");

  private WorkflowView() {}

  /**
   * @param zone in which times are shown
   */
  public static String list(List<Workflow> workflows, ZoneId zone) {
    if (workflows.isEmpty()) {
      return "No workflows.\n";
    }
    Table table =
        new Table()
            .column("id")
            .column("kind")
            .column("tenant")
            .column("subject")
            .column("state")
            .column("step")
            .column("begun");
    for (Workflow workflow : workflows) {
      table.row(
          workflow.id(),
          workflow.kind(),
          workflow.tenant(),
          workflow.subject(),
          workflow.state(),
          workflow.lastStep().map(WorkflowStep::name),
          TIME.format(workflow.createdAt().atZone(zone)));
    }
    return table.render();
  }

  /** One with its steps, and what can be done with it. */
  public static String show(Workflow workflow, ZoneId zone) {
    Table steps = new Table().column("step").column("begun").column("took").column("result");
    for (WorkflowStep step : workflow.steps()) {
      steps.row(
          step.name(),
          TIME.format(step.startedAt().atZone(zone)),
          step.finishedAt().map(end -> took(Duration.between(step.startedAt(), end))),
          step.detail());
    }
    return "%s: %s %s of tenant %s, %s\nbegun by %s on %s\n%s\n%s%s"
        .formatted(
            workflow.id(),
            workflow.kind(),
            workflow.subject(),
            workflow.tenant(),
            workflow.state(),
            workflow.operator(),
            workflow.host(),
            workflow.error().map(e -> "stopped by: " + e + "\n").orElse("")
                + workflow.kept().map(k -> k + "\n").orElse(""),
            steps.render(),
            next(workflow));
  }

  private static String took(Duration duration) {
    return duration.toSeconds() < 10 ? duration.toMillis() + "ms" : Durations.compact(duration);
  }

  /** What to do with it; nothing if it is over or under way. */
  public static String next(Workflow workflow) {
    return switch (workflow.state()) {
      case STOPPED ->
          "\n`ppp workflows resume %1$s` goes on, `ppp workflows abort %1$s` undoes it.\n"
              .formatted(workflow.id());
      case WAITING ->
          "\n`ppp workflows finish %1$s` drops what it has kept, `ppp workflows abort %1$s` undoes it.\n"
              .formatted(workflow.id());
      case ABORTING -> "\n`ppp workflows abort %s` goes on undoing it.\n".formatted(workflow.id());
      case RUNNING, FINISHED, ABORTED -> "";
    };
  }

  public static String json(List<Workflow> workflows) {
    return Json.pretty(workflows.stream().map(Shown::of).toList());
  }

  public static String json(Workflow workflow) {
    return Json.pretty(Shown.of(workflow));
  }

  private record Shown(
      String id,
      String kind,
      String tenant,
      String subject,
      Object state,
      Object error,
      Object kept,
      String operator,
      String host,
      Object createdAt,
      Object updatedAt,
      List<WorkflowStep> steps) {

    static Shown of(Workflow w) {
      return new Shown(
          w.id().toString(),
          w.kind(),
          w.tenant(),
          w.subject(),
          w.state(),
          w.error(),
          w.kept(),
          w.operator(),
          w.host(),
          w.createdAt(),
          w.updatedAt(),
          w.steps());
    }
  }
}
