package org.partitionproxy.state;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.QualifiedName;

/**
 * What a shard's {@code ppp.partition_policy} says of one table: what the functions there go by.
 *
 * @param encoding of a key of integers: {@code number}, {@code seconds} and so on
 * @param unit {@code day}, say, or {@code number}
 * @param keep an interval or a number, empty where partitions stay
 * @param retirement {@code detach}, {@code drop} or {@code schema:NAME}
 * @param each SQL for each new partition
 */
public record PartitionRule(
    QualifiedName table,
    Identifier key,
    String encoding,
    long step,
    String unit,
    String zone,
    int ahead,
    Optional<String> keep,
    String retirement,
    String naming,
    boolean comments,
    List<String> each) {

  public PartitionRule {
    each = List.copyOf(each);
  }

  /** {@code 10 seconds}, or the number. */
  public String every() {
    return unit.equals("number") ? Long.toString(step) : step + " " + unit + (step == 1 ? "" : "s");
  }

  /** What it says, by the keys of shards.yaml. */
  public Map<String, String> words() {
    Map<String, String> words = new LinkedHashMap<>();
    words.put("by", key.value());
    words.put("every", every());
    words.put("encoded", encoding);
    words.put("zone", zone);
    words.put("ahead", Integer.toString(ahead));
    words.put("keep", keep.orElse("for good"));
    words.put("retire", retirement);
    words.put("name", naming);
    words.put("comments", Boolean.toString(comments));
    words.put("each", each.isEmpty() ? "nothing" : String.join("; ", each));
    return words;
  }
}
