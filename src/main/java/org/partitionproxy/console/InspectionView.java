package org.partitionproxy.console;

import java.util.LinkedHashMap;
import java.util.Map;
import org.partitionproxy.inspect.Inspection;
import org.partitionproxy.inspect.ServerInspection;

/** What servers log, as a table with the statements that mend what is missing, or as JSON. */
public final class InspectionView {

  private InspectionView() {}

  public static String render(Inspection inspection) {
    Table table =
        new Table()
            .column("server")
            .column("level")
            .column("shards.yaml")
            .numbers("logs")
            .numbers("bound");
    StringBuilder missing = new StringBuilder();
    for (ServerInspection server : inspection.servers()) {
      table.row(
          server.server(),
          server.level(),
          server.wanted(),
          server.logBytes().map(Sizes::compact),
          server.logBound().map(Sizes::compact));
      for (ServerInspection.OfRole one : server.roles()) {
        table.row("  " + one.role().value(), one.level(), "", "", "");
      }
      if (!server.missing().isEmpty()) {
        missing
            .append("\n-- ")
            .append(server.server())
            .append(" has ")
            .append(String.join(", ", server.missing()))
            .append('\n');
        server.statements().forEach(sql -> missing.append(sql).append('\n'));
      }
    }
    return table.render() + missing;
  }

  public static String json(Inspection inspection) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("servers", inspection.servers());
    document.put("problems", DiagnosticView.json(inspection.problems()));
    return Json.pretty(document);
  }
}
