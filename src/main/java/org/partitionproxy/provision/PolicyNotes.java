package org.partitionproxy.provision;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.topology.Tenant;

/** What is to be said of policies: the same of many tenants is said once. */
final class PolicyNotes {

  private static final int TENANTS_SHOWN = 5;

  private record Remark(Identifier table, String text) {}

  private final String what;
  private final Map<Remark, List<String>> remarks = new LinkedHashMap<>();

  /**
   * @param what it is of: {@code partitions of}
   */
  PolicyNotes(String what) {
    this.what = what;
  }

  void add(Identifier table, Tenant tenant, String text) {
    remarks
        .computeIfAbsent(new Remark(table, text), r -> new ArrayList<>())
        .add("\"" + tenant.name() + "\"");
  }

  void add(Identifier table, String text) {
    remarks.computeIfAbsent(new Remark(table, text), r -> new ArrayList<>());
  }

  /** In the order in which they were added first. */
  List<String> texts() {
    List<String> texts = new ArrayList<>();
    remarks.forEach(
        (remark, tenants) ->
            texts.add(what + " \"" + remark.table() + "\"" + of(tenants) + ": " + remark.text()));
    return texts;
  }

  private static String of(List<String> tenants) {
    if (tenants.isEmpty()) {
      return "";
    }
    int shown = Math.min(TENANTS_SHOWN, tenants.size());
    String more = tenants.size() > shown ? " and " + (tenants.size() - shown) + " more" : "";
    return " of " + String.join(", ", tenants.subList(0, shown)) + more;
  }
}
