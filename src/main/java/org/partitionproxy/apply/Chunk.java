package org.partitionproxy.apply;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.partitionproxy.plan.Change;
import org.partitionproxy.sql.Identifier;

/**
 * Changes that share a transaction: all that belong to some tenants, or some that belong to none.
 *
 * @param groups whole; when the transaction fails, each is tried by itself
 */
record Chunk(List<List<Change>> groups) {

  /**
   * Changes in one transaction. On default settings one transaction holds about 7,600 new foreign
   * tables; this stays far from that, and still makes the commits' share of the time small.
   */
  static final int MAX_CHANGES = 400;

  List<Change> changes() {
    return groups.stream().flatMap(List::stream).toList();
  }

  /**
   * Those that belong to no tenant: in their order, to be made one chunk after the other. What
   * can't be in a transaction is alone.
   */
  static List<Chunk> global(List<Change> changes) {
    List<Chunk> chunks = new ArrayList<>();
    List<List<Change>> open = new ArrayList<>();
    for (Change change : changes) {
      if (change.schema().isPresent()) {
        continue;
      }
      if (change.transaction().isNone()) {
        chunks.addAll(pack(open));
        chunks.add(new Chunk(List.of(List.of(change))));
        open = new ArrayList<>();
      } else {
        open.add(List.of(change));
      }
    }
    chunks.addAll(pack(open));
    return chunks;
  }

  /** Those of tenants: chunks that do not depend on one another. */
  static List<Chunk> ofSchemas(List<Change> changes) {
    Map<Optional<Identifier>, List<Change>> bySchema = new LinkedHashMap<>();
    changes.stream()
        .filter(c -> c.schema().isPresent())
        .forEach(c -> bySchema.computeIfAbsent(c.schema(), s -> new ArrayList<>()).add(c));
    return pack(new ArrayList<>(bySchema.values()));
  }

  private static List<Chunk> pack(List<List<Change>> groups) {
    List<Chunk> chunks = new ArrayList<>();
    List<List<Change>> open = new ArrayList<>();
    int size = 0;
    for (List<Change> group : groups) {
      if (!open.isEmpty() && size + group.size() > MAX_CHANGES) {
        chunks.add(new Chunk(open));
        open = new ArrayList<>();
        size = 0;
      }
      open.add(group);
      size += group.size();
    }
    if (!open.isEmpty()) {
      chunks.add(new Chunk(open));
    }
    return chunks;
  }
}
