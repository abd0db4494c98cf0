package org.partitionproxy.mirror;

import java.util.List;

/** Names of tenants in a note, of many only the first. */
final class Names {

  private static final int SHOWN = 3;

  private Names() {}

  /** {@code tenant "a" is}, {@code tenants "a", "b", "c" and 5 more are}. */
  static String of(List<String> tenants) {
    List<String> quoted = tenants.stream().limit(SHOWN).map(t -> '"' + t + '"').toList();
    String more = tenants.size() > SHOWN ? " and " + (tenants.size() - SHOWN) + " more" : "";
    return (tenants.size() == 1 ? "tenant " : "tenants ")
        + String.join(", ", quoted)
        + more
        + (tenants.size() == 1 ? " is" : " are");
  }
}
