package org.partitionproxy.console;

import java.io.StringWriter;
import java.util.List;
import org.partitionproxy.migrate.FailedTenant;
import org.partitionproxy.migrate.MigratedTenant;
import org.partitionproxy.migrate.MigrationResult;
import org.partitionproxy.migrate.UnreachableShard;
import org.partitionproxy.topology.Tenant;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.PrettyPrinter;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.DefaultIndenter;
import tools.jackson.core.util.DefaultPrettyPrinter;

/** What {@code ppp migrate} did. Its problems are diagnostics, and shown as such. */
public final class MigrationView {

  private static final ObjectWriteContext INDENTED =
      new ObjectWriteContext.Base() {
        @Override
        public PrettyPrinter getPrettyPrinter() {
          return new DefaultPrettyPrinter().withArrayIndenter(new DefaultIndenter("  ", "\n"));
        }

        @Override
        public boolean hasPrettyPrinter() {
          return true;
        }
      };

  private MigrationView() {}

  /** One line per tenant that was behind, and a summary. */
  public static String text(MigrationResult result) {
    StringBuilder text = new StringBuilder();
    result
        .migrated()
        .forEach(one -> line(text, one.tenant(), "migrated", String.join(", ", one.applied())));
    result.failed().forEach(one -> line(text, one.tenant(), "failed", reason(one)));
    result.skipped().forEach(one -> line(text, one, "skipped", "the canary failed"));
    for (UnreachableShard shard : result.unreachable()) {
      shard.tenants().forEach(one -> line(text, one, "unreachable", ""));
    }
    int unreachable = result.unreachable().stream().mapToInt(s -> s.tenants().size()).sum();
    text.append(result.migrated().size()).append(" migrated, ");
    text.append(result.upToDate().size()).append(" up to date");
    count(text, result.failed().size(), "failed");
    count(text, result.skipped().size(), "skipped");
    count(text, unreachable, "unreachable");
    return text.append('\n').toString();
  }

  private static void line(StringBuilder text, Tenant tenant, String what, String more) {
    String line = "%-24s %-12s %-11s %s".formatted(tenant.name(), tenant.shard(), what, more);
    text.append(line.stripTrailing()).append('\n');
  }

  private static void count(StringBuilder text, int count, String what) {
    if (count > 0) {
      text.append(", ").append(count).append(' ').append(what);
    }
  }

  private static String reason(FailedTenant one) {
    String line = one.position().map(at -> ":" + at.line()).orElse("");
    return one.script().map(script -> script + line + " ").orElse("")
        + one.sqlState().map(state -> state + " ").orElse("")
        + one.message();
  }

  public static String json(MigrationResult result) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(INDENTED, text)) {
      json.writeStartObject();
      json.writeArrayPropertyStart("migrated");
      result.migrated().forEach(one -> write(json, one));
      json.writeEndArray();
      names(json, "upToDate", result.upToDate());
      json.writeArrayPropertyStart("failed");
      result.failed().forEach(one -> write(json, one));
      json.writeEndArray();
      names(json, "skipped", result.skipped());
      json.writeArrayPropertyStart("unreachable");
      result.unreachable().forEach(one -> write(json, one));
      json.writeEndArray();
      json.writeEndObject();
    }
    return text.append('\n').toString();
  }

  private static void write(JsonGenerator json, MigratedTenant one) {
    json.writeStartObject();
    json.writeStringProperty("tenant", one.tenant().name().value());
    json.writeStringProperty("shard", one.tenant().shard().value());
    strings(json, "applied", one.applied());
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, FailedTenant one) {
    json.writeStartObject();
    json.writeStringProperty("tenant", one.tenant().name().value());
    json.writeStringProperty("shard", one.tenant().shard().value());
    json.writeStringProperty("code", one.code().toString());
    one.script().ifPresent(script -> json.writeStringProperty("script", script));
    one.position().ifPresent(at -> json.writeNumberProperty("line", at.line()));
    one.sqlState().ifPresent(state -> json.writeStringProperty("sqlState", state));
    json.writeStringProperty("message", one.message());
    json.writeStringProperty("hint", one.hint());
    strings(json, "applied", one.applied());
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, UnreachableShard one) {
    json.writeStartObject();
    json.writeStringProperty("shard", one.shard().value());
    json.writeStringProperty("code", one.reason().code().toString());
    json.writeStringProperty("message", one.reason().summary());
    names(json, "tenants", one.tenants());
    json.writeEndObject();
  }

  private static void names(JsonGenerator json, String property, List<Tenant> tenants) {
    strings(json, property, tenants.stream().map(tenant -> tenant.name().value()).toList());
  }

  private static void strings(JsonGenerator json, String property, List<String> values) {
    json.writeArrayPropertyStart(property);
    values.forEach(json::writeString);
    json.writeEndArray();
  }
}
