package org.partitionproxy.state;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.partitionproxy.sql.Identifier;

/** A foreign server of postgres_fdw. */
public record ForeignServer(Identifier name, SortedMap<String, String> options, Acl acl) {

  public ForeignServer {
    options = Collections.unmodifiableSortedMap(new TreeMap<>(options));
  }
}
