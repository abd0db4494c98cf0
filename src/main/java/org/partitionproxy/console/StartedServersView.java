package org.partitionproxy.console;

import java.util.List;
import java.util.Locale;
import org.partitionproxy.server.RuntimeKind;
import org.partitionproxy.topology.ServerDefinition;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The servers of a topology that were started: where they run and how they are reached. */
public record StartedServersView(RuntimeKind runtime, List<ServerDefinition> servers) {

  private static final String HEADING = "runtime";

  public StartedServersView {
    servers = List.copyOf(servers);
  }

  /** A line for the runtime and one for each server. */
  public String text() {
    int width =
        Math.max(
            HEADING.length(),
            servers.stream().mapToInt(s -> s.name().value().length()).max().orElse(0));
    StringBuilder text = new StringBuilder();
    line(text, width, HEADING, runtime.toString());
    servers.forEach(s -> line(text, width, s.name().value(), s.endpoint().toString()));
    return text.toString();
  }

  private static void line(StringBuilder text, int width, String name, String value) {
    text.append(String.format(Locale.ROOT, "%-" + width + "s  %s%n", name, value));
  }

  /** {@code {"runtime": …, "servers": [{"name": …, "host": …, "port": …}]}} */
  public String json() {
    JsonMapper mapper = JsonMapper.shared();
    ObjectNode root = mapper.createObjectNode().put(HEADING, runtime.toString());
    ArrayNode list = root.putArray("servers");
    for (ServerDefinition server : servers) {
      list.addObject()
          .put("name", server.name().value())
          .put("host", server.host())
          .put("port", server.port());
    }
    return mapper.writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n";
  }
}
