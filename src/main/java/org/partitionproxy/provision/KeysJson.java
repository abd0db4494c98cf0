package org.partitionproxy.provision;

import java.io.StringWriter;
import java.util.List;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.state.Key;
import org.partitionproxy.state.Table;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** Keys of tables as the ledger keeps them: an array, in the columns of view {@code ppp.keys}. */
final class KeysJson {

  private static final JsonFactory JSON = new JsonFactory();

  private KeysJson() {}

  static String of(List<Table> tables) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), text)) {
      json.writeStartArray();
      tables.forEach(table -> table.keys().forEach(key -> write(json, table, key)));
      json.writeEndArray();
    }
    return text.toString();
  }

  private static void write(JsonGenerator json, Table table, Key key) {
    json.writeStartObject();
    json.writeStringProperty("table_name", table.name().name().value());
    json.writeStringProperty("constraint_name", key.name().value());
    json.writeStringProperty("constraint_type", key.kind().toString());
    names(json, "columns", key.columns());
    key.references()
        .ifPresent(
            referenced -> {
              json.writeStringProperty("foreign_table_schema", referenced.schema().value());
              json.writeStringProperty("foreign_table_name", referenced.name().value());
              names(json, "foreign_columns", key.referenced());
            });
    json.writeStringProperty("definition", key.definition());
    json.writeEndObject();
  }

  private static void names(JsonGenerator json, String property, List<Identifier> names) {
    json.writeArrayPropertyStart(property);
    names.forEach(name -> json.writeString(name.value()));
    json.writeEndArray();
  }
}
