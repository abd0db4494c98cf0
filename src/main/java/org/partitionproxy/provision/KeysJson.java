package org.partitionproxy.provision;

import java.util.List;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.state.Key;
import org.partitionproxy.state.Table;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Keys of tables as the ledger keeps them: an array, in the columns of view {@code ppp.keys}. */
final class KeysJson {

  private static final JsonMapper JSON = JsonMapper.shared();

  private KeysJson() {}

  static String of(List<Table> tables) {
    ArrayNode keys = JSON.createArrayNode();
    for (Table table : tables) {
      for (Key key : table.keys()) {
        ObjectNode node = keys.addObject();
        node.put("table_name", table.name().name().value());
        node.put("constraint_name", key.name().value());
        node.put("constraint_type", key.kind().toString());
        names(node.putArray("columns"), key.columns());
        key.references()
            .ifPresent(
                referenced -> {
                  node.put("foreign_table_schema", referenced.schema().value());
                  node.put("foreign_table_name", referenced.name().value());
                  names(node.putArray("foreign_columns"), key.referenced());
                });
        node.put("definition", key.definition());
      }
    }
    return JSON.writeValueAsString(keys);
  }

  private static void names(ArrayNode array, List<Identifier> names) {
    names.forEach(name -> array.add(name.value()));
  }
}
