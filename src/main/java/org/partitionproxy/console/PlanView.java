package org.partitionproxy.console;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.partitionproxy.plan.Action;
import org.partitionproxy.plan.Change;
import org.partitionproxy.plan.Plan;
import org.partitionproxy.sql.Sql;

/** A plan in the manner of Terraform, or as JSON. */
public final class PlanView {

  private final Colors colors;
  private final boolean sql;

  /**
   * @param sql whether the statements are shown too, without passwords
   */
  public PlanView(Colors colors, boolean sql) {
    this.colors = colors;
    this.sql = sql;
  }

  public String render(Plan plan) {
    StringBuilder text = new StringBuilder();
    for (Plan.ServerPlan server : plan.servers()) {
      if (!server.changes().isEmpty()) {
        text.append(colors.bold(server.server())).append('\n');
        server.changes().forEach(change -> text.append(render(change)));
        text.append('\n');
      }
    }
    if (!plan.deferred().isEmpty()) {
      text.append(colors.bold("known later")).append('\n');
      for (Plan.Deferred deferred : plan.deferred()) {
        text.append("  . ").append(deferred.what());
        text.append(" (after ").append(deferred.until()).append(")\n");
      }
      text.append('\n');
    }
    plan.notes().forEach(note -> text.append("note: ").append(note).append('\n'));
    return text.append(summary(plan)).append('\n').toString();
  }

  private String render(Change change) {
    StringBuilder text = new StringBuilder();
    String line =
        change.action().symbol() + String.format(" %-14s ", change.kind()) + change.name();
    text.append("  ").append(paint(change.action(), line));
    change.hazards().forEach(h -> text.append(colors.red(" [" + h + "]")));
    text.append('\n');
    if (sql) {
      for (Sql statement : change.statements()) {
        text.append("        ");
        text.append(colors.faint((statement + ";").replace("\n", "\n        "))).append('\n');
      }
    }
    return text.toString();
  }

  private String paint(Action action, String text) {
    return switch (action) {
      case CREATE -> colors.green(text);
      case ALTER -> colors.yellow(text);
      case DROP -> colors.red(text);
    };
  }

  /** The last line: counts, or that there is nothing to do. */
  public static String summary(Plan plan) {
    if (plan.isDone()) {
      return "Nothing to do: the servers match shards.yaml.";
    }
    return "Plan: "
        + plan.count(Action.CREATE)
        + " to create, "
        + plan.count(Action.ALTER)
        + " to alter, "
        + plan.count(Action.DROP)
        + " to drop"
        + (plan.deferred().isEmpty() ? "." : ", and more that is known later.");
  }

  public static String json(Plan plan) {
    Map<String, Object> document = new LinkedHashMap<>();
    List<Object> servers = new ArrayList<>();
    for (Plan.ServerPlan server : plan.servers()) {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("server", server.server());
      one.put("changes", server.changes().stream().map(PlanView::json).toList());
      servers.add(one);
    }
    document.put("nothing_to_do", plan.isDone());
    document.put("servers", servers);
    document.put("deferred", plan.deferred());
    document.put("notes", plan.notes());
    document.put("refusals", DiagnosticView.json(plan.refusals()));
    document.put("unreachable", DiagnosticView.json(plan.unreachable()));
    return Json.pretty(document);
  }

  private static Map<String, Object> json(Change change) {
    Map<String, Object> one = new LinkedHashMap<>();
    one.put("stage", change.stage());
    one.put("action", change.action());
    one.put("kind", change.kind());
    one.put("name", change.name());
    one.put("schema", change.schema());
    one.put("hazards", change.hazards());
    one.put("sql", change.statements().stream().map(Sql::toString).toList());
    return one;
  }
}
