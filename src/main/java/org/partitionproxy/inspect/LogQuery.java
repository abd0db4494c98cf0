package org.partitionproxy.inspect;

import java.time.Instant;
import java.util.Optional;
import java.util.regex.Pattern;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.Tenant;

/**
 * Which entries of a server's log are asked for.
 *
 * @param tenant whose statements; empty for those of everybody in the server's database
 * @param all everything in the server's log, other lines than statements too
 * @param forwarded only what a veneer asked for a session of its own
 * @param errors only what failed, connections too
 * @param grep found anywhere in the statement, or in the message of a line without one
 * @param limit of entries from before now: the newest ones
 */
public record LogQuery(
    ServerDefinition server,
    Optional<Tenant> tenant,
    boolean all,
    boolean forwarded,
    boolean errors,
    Optional<Instant> since,
    Optional<Pattern> grep,
    int limit) {

  /** Forwarded or not, failed or not. */
  public LogQuery(
      ServerDefinition server,
      Optional<Tenant> tenant,
      boolean all,
      Optional<Instant> since,
      Optional<Pattern> grep,
      int limit) {
    this(server, tenant, all, false, false, since, grep, limit);
  }

  enum Verdict {
    SHOWN,
    /** A statement in this server's database that {@link #all()} would show. */
    LEFT_OUT,
    NOT_ASKED_FOR
  }

  Verdict judge(LogEntry entry) {
    if (since.isPresent() && entry.timestamp().isBefore(since.get())) {
      return Verdict.NOT_ASKED_FOR;
    }
    boolean wanted =
        all || ((entry.isStatement() || (errors && entry.isError())) && isInDatabase(entry));
    if (!wanted || !isOfKind(entry) || !matchesGrep(entry)) {
      return Verdict.NOT_ASKED_FOR;
    }
    return all || (!entry.isOwn() && isOfTenant(entry)) ? Verdict.SHOWN : Verdict.LEFT_OUT;
  }

  private boolean isOfKind(LogEntry entry) {
    return (!forwarded || entry.veneerSession().isPresent()) && (!errors || entry.isError());
  }

  private boolean isInDatabase(LogEntry entry) {
    return entry.database().equals(Optional.of(server.database().value()));
  }

  private boolean matchesGrep(LogEntry entry) {
    return grep.isEmpty() || grep.get().matcher(entry.statement().orElse(entry.message())).find();
  }

  private boolean isOfTenant(LogEntry entry) {
    if (tenant.isEmpty()) {
      return true;
    }
    Tenant of = tenant.get();
    return entry.user().equals(Optional.of(of.role().value()))
        || entry
            .statement()
            .filter(sql -> SchemaReferences.contains(sql, server.database(), of.schema()))
            .isPresent();
  }
}
