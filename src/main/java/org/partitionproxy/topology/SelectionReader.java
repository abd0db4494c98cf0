package org.partitionproxy.topology;

import java.util.List;
import java.util.Optional;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Suggestion;

/** Reads {@code tenants:} and {@code shards:} of an entry that is not for all of them. */
final class SelectionReader {

  static final String TENANTS = "tenants";
  static final String SHARDS = "shards";
  static final List<String> KEYS = List.of(TENANTS, SHARDS);

  private final Optional<List<String>> tenants;
  private final Optional<List<String>> shards;
  private final Problems problems;

  private SelectionReader(
      Optional<List<String>> tenants, Optional<List<String>> shards, Problems problems) {
    this.tenants = tenants;
    this.shards = shards;
    this.problems = problems;
  }

  /** Knows the tenants and shards that the file declares. */
  static SelectionReader of(Optional<Fields> tenants, Optional<Fields> shards, Problems problems) {
    return new SelectionReader(names(tenants), names(shards), problems);
  }

  /** Empty if the file's end was not read. */
  private static Optional<List<String>> names(Optional<Fields> section) {
    return section
        .filter(Fields::isComplete)
        .map(fields -> fields.entries().stream().map(YamlNode.Entry::name).toList());
  }

  Selection read(Fields fields) {
    List<Placed<String>> some = fields.names(TENANTS, "List tenants: tenants: [acme].");
    List<Placed<String>> where = fields.names(SHARDS, "List shards: shards: [shard1].");
    if (fields.entry(TENANTS).isPresent()) {
      fields.refuseKey(SHARDS, "\"tenants\" has its tenants by their names; keep one of the two.");
    }
    some.forEach(name -> check(name, "tenant", Code.TENANT_UNDECLARED, tenants));
    where.forEach(name -> check(name, "shard", Code.SHARD_UNDECLARED, shards));
    return new Selection(
        some.stream().map(Placed::value).filter(TenantName::isValid).map(TenantName::new).toList(),
        where.stream().map(name -> new ServerName(name.value())).toList());
  }

  private void check(Placed<String> name, String kind, Code code, Optional<List<String>> declared) {
    if (declared.isPresent() && !declared.get().contains(name.value())) {
      problems.add(
          code,
          name.place(),
          kind + " \"" + name.value() + "\" is not declared",
          "Write the name of one under the file's "
              + kind
              + "s:."
              + Suggestion.didYouMean(name.value(), declared.get()));
    }
  }
}
