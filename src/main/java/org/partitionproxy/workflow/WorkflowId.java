package org.partitionproxy.workflow;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.partitionproxy.topology.ServerName;

/** The name of a workflow, which tells where its journal is: {@code shard1-3}. */
public record WorkflowId(ServerName shard, long number) {

  private static final Pattern FORM = Pattern.compile("(.+)-([1-9]\\d{0,17})");

  /** Empty unless it has the form of one. */
  public static Optional<WorkflowId> parse(String text) {
    Matcher matcher = FORM.matcher(text);
    return matcher.matches() && ServerName.isValid(matcher.group(1))
        ? Optional.of(
            new WorkflowId(new ServerName(matcher.group(1)), Long.parseLong(matcher.group(2))))
        : Optional.empty();
  }

  @Override
  public String toString() {
    return shard + "-" + number;
  }
}
