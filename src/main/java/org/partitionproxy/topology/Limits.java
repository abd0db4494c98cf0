package org.partitionproxy.topology;

import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a tenant may take of a server, each server by itself.
 *
 * @param connections at once; -1 for any number; empty where nothing is said
 * @param settings by the parameter's name, as PostgreSQL writes it: {@code statement_timeout=30s}
 */
public record Limits(Optional<Integer> connections, SortedMap<String, String> settings) {

  public static final Limits NONE = new Limits(Optional.empty(), new TreeMap<>());

  public Limits {
    settings = Collections.unmodifiableSortedMap(new TreeMap<>(settings));
  }

  /** This, and where this says nothing, the others. */
  Limits or(Limits others) {
    TreeMap<String, String> all = new TreeMap<>(others.settings);
    all.putAll(settings);
    return new Limits(connections.or(others::connections), all);
  }
}
