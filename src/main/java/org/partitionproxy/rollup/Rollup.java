package org.partitionproxy.rollup;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.topology.RollupRules;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.TenantName;

/**
 * One tenant's rollup as it is.
 *
 * @param view as it is on the shard; empty where the tenant has none of this name
 * @param last how it was refreshed last; empty if it never was, or was made anew since
 * @param failure of the last try, if that was one
 */
public record Rollup(
    ServerName shard,
    TenantName tenant,
    QualifiedName name,
    RollupRules rules,
    Optional<View> view,
    Optional<Refresh> last,
    Optional<Failure> failure) {

  /** What stands there under its name. */
  public enum Kind {
    MATERIALIZED_VIEW,
    OTHER
  }

  /**
   * @param populated whether it has rows, be they none
   * @param besideReaders whether readers go on while it is refreshed
   * @param bytes with its indexes; empty while it is refreshed
   * @param sources how many tables it reads, with partitions
   * @param stale whether a refresh after changes would do something
   */
  public record View(
      Kind kind,
      boolean populated,
      boolean besideReaders,
      Optional<Long> bytes,
      int sources,
      boolean stale) {

    public boolean isMaterialized() {
      return kind == Kind.MATERIALIZED_VIEW;
    }
  }

  /**
   * @param at when it began: no older is what the view shows
   * @param age since then, by the shard's clock
   * @param besideReaders whether readers went on
   * @param changes rows that were written to its tables since; empty if their counters began anew
   */
  public record Refresh(
      Instant at, Duration age, Duration took, boolean besideReaders, Optional<Long> changes) {}

  /** Why a try failed, in PostgreSQL's words. */
  public record Failure(Instant at, Duration age, String error) {}

  /** Whether there is something that can be refreshed. */
  public boolean isRefreshable() {
    return view.filter(View::isMaterialized).isPresent();
  }
}
