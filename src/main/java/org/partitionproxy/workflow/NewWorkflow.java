package org.partitionproxy.workflow;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What is to be done.
 *
 * @param definition all that the kind of work needs to know, so that another process can do it
 */
public record NewWorkflow(
    String kind,
    String tenant,
    String subject,
    SortedMap<String, String> definition,
    String operator,
    String host) {

  public NewWorkflow {
    definition = Collections.unmodifiableSortedMap(new TreeMap<>(definition));
  }
}
