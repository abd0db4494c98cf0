package org.partitionproxy.top;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.TenantName;
import org.partitionproxy.trace.Trace;

/**
 * Adds traces up in groups. It holds a bounded number of groups, and of each a text of bounded
 * length: when there are too many, those that cost little by any order are put together as others,
 * and a place in four is free again, so that what comes later has time to grow. Not safe for
 * threads.
 */
public final class Tally {

  /** Of the orders by which a group may be kept; rows shipped stand for the waste. */
  private static final List<Order> KEPT_BY = List.of(Order.TIME, Order.CALLS, Order.ROWS);

  private static final int LONGEST_TEXT = 2000;

  /**
   * @param query its id, or a digest of its text; empty where traces are not grouped by query
   */
  private record Key(Optional<TenantName> tenant, List<ServerName> shards, String query) {}

  private final Grouping grouping;
  private final int most;
  private final List<ServerName> named;
  private final UnaryOperator<String> shown;
  private final Map<Key, Group> groups = new LinkedHashMap<>();
  private Figures others = Figures.NONE;

  /**
   * @param most groups that are held, at least 4
   * @param named shards, of which alone there are groups by shard; empty for all
   * @param shown a statement as it may be shown, without its values: statements whose veneer
   *     computes no query id are the same where this is
   */
  public Tally(Grouping grouping, int most, List<ServerName> named, UnaryOperator<String> shown) {
    if (most < KEPT_BY.size() + 1) {
      throw new IllegalArgumentException("too few groups: " + most);
    }
    this.grouping = grouping;
    this.most = most;
    this.named = List.copyOf(named);
    this.shown = shown;
  }

  public Grouping grouping() {
    return grouping;
  }

  public void add(Trace trace) {
    switch (grouping) {
      case QUERY -> addQuery(trace);
      case TENANT ->
          add(new Key(trace.tenant(), List.of(), ""), Figures.of(trace), Optional::empty);
      case SHARD -> {
        for (ServerName shard : trace.shards()) {
          if (named.isEmpty() || named.contains(shard)) {
            Key key = new Key(Optional.empty(), List.of(shard), "");
            add(key, Figures.of(trace, shard), Optional::empty);
          }
        }
      }
    }
  }

  private void addQuery(Trace trace) {
    List<ServerName> shards = trace.shards();
    if (trace.queryId().isPresent()) {
      add(
          new Key(trace.tenant(), shards, trace.queryId().toString()),
          Figures.of(trace),
          () -> Optional.of(new Query(trace.queryId(), cut(shown.apply(trace.statement())))));
    } else {
      String text = shown.apply(trace.statement()).strip();
      add(
          new Key(trace.tenant(), shards, digest(text)),
          Figures.of(trace),
          () -> Optional.of(new Query(Optional.empty(), cut(text))));
    }
  }

  private void add(Key key, Figures figures, Supplier<Optional<Query>> query) {
    Group group = groups.get(key);
    if (group != null) {
      groups.put(key, group.plus(figures));
      return;
    }
    groups.put(key, new Group(key.tenant(), key.shards(), query.get(), figures));
    if (groups.size() > most) {
      evict();
    }
  }

  private void evict() {
    Set<Key> kept = new LinkedHashSet<>();
    for (Order order : KEPT_BY) {
      Comparator<Map.Entry<Key, Group>> comparator =
          Map.Entry.comparingByValue(order.costliestFirst());
      groups.entrySet().stream()
          .sorted(comparator)
          .limit(most / (KEPT_BY.size() + 1))
          .forEach(entry -> kept.add(entry.getKey()));
    }
    groups
        .entrySet()
        .removeIf(
            entry -> {
              boolean gone = !kept.contains(entry.getKey());
              others = gone ? others.plus(entry.getValue().figures()) : others;
              return gone;
            });
  }

  /**
   * The costliest so far.
   *
   * @param limit of groups; those beyond it are counted with the others
   */
  public Ranking ranking(Order order, int limit) {
    List<Group> sorted = new ArrayList<>(groups.values());
    sorted.sort(order.costliestFirst());
    List<Group> costliest = sorted.subList(0, Math.min(limit, sorted.size()));
    Figures rest =
        sorted.subList(costliest.size(), sorted.size()).stream()
            .map(Group::figures)
            .reduce(others, Figures::plus);
    return new Ranking(
        grouping, order, costliest, rest.calls() == 0 ? Optional.empty() : Optional.of(rest));
  }

  /** Begins anew. */
  public void clear() {
    groups.clear();
    others = Figures.NONE;
  }

  private static String cut(String text) {
    String stripped = text.strip();
    return stripped.length() <= LONGEST_TEXT
        ? stripped
        : stripped.substring(0, LONGEST_TEXT) + " …";
  }

  private static String digest(String text) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
