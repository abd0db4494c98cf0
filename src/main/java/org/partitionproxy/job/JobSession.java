package org.partitionproxy.job;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.partitionproxy.db.Connector;
import org.partitionproxy.db.Session;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.Literal;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.state.JobRun;
import org.partitionproxy.state.ScheduledJob;
import org.partitionproxy.topology.JoinChoice;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.Tenant;
import org.partitionproxy.topology.Topology;

/**
 * Runs jobs one after the other on a shard, each with its own rights. The role for all tenants
 * takes on the role of each; where it may not, each logs in by itself. For one thread, but for
 * {@link #cancel}.
 */
final class JobSession implements AutoCloseable {

  /** Only superusers may set it, so that jobs have none. */
  private static final String TEMP_FILES = "temp_file_limit";

  /** Else that of the machine on which this process runs. */
  private static final Sql TIME_ZONE = Sql.of("SET TimeZone = 'UTC'");

  private final ServerDefinition shard;
  private final Topology topology;
  private final Connector connector;
  private final Clock clock;
  private final Map<Identifier, Session> sessions = new LinkedHashMap<>();
  private volatile @Nullable Session busy;

  JobSession(ServerDefinition shard, Topology topology, Connector connector, Clock clock) {
    this.shard = shard;
    this.topology = topology;
    this.connector = connector;
    this.clock = clock;
  }

  /** Waits for its end; whatever goes wrong is in the result. */
  JobRun run(ScheduledJob job) {
    Instant start = clock.instant();
    Identifier login = login(job);
    try {
      Session session = session(login);
      session.execute(preparation(job));
      busy = session;
      List<String> warnings = session.executeScript(job.sql());
      busy = null;
      clean(session);
      return new JobRun(
          JobRun.SUCCEEDED,
          Optional.of(start),
          Optional.of(clock.instant()),
          String.join("\n", warnings));
    } catch (PppException e) {
      busy = null;
      forget(login);
      return new JobRun(
          JobRun.FAILED, Optional.of(start), Optional.of(clock.instant()), message(e));
    } finally {
      if (!isShared(login)) {
        forget(login);
      }
    }
  }

  private static String message(PppException failure) {
    Diagnostic first = failure.diagnostics().get(0);
    return first.summary() + (first.hint().isEmpty() ? "" : "\n" + first.hint());
  }

  /** Of a tenant whose role another may take on, that other. */
  private Identifier login(ScheduledJob job) {
    boolean ofTenant = tenant(job).isPresent();
    return ofTenant && topology.crossTenantJoins() == JoinChoice.ALLOWED
        ? topology.appRole()
        : job.role();
  }

  private Optional<Tenant> tenant(ScheduledJob job) {
    return topology.tenantsOf(shard.name()).stream()
        .filter(tenant -> tenant.role().equals(job.role()))
        .findFirst();
  }

  private boolean isShared(Identifier login) {
    return login.equals(topology.appRole())
        || login.equals(topology.adminRole())
        || login.equals(shard.user());
  }

  private Session session(Identifier login) {
    Session known = sessions.get(login);
    if (known != null) {
      return known;
    }
    Session opened =
        login.equals(shard.user()) ? connector.superuser(shard) : connector.as(shard, login);
    sessions.put(login, opened);
    return opened;
  }

  private void forget(Identifier login) {
    Session session = sessions.remove(login);
    if (session != null) {
      session.close();
    }
  }

  private List<Sql> preparation(ScheduledJob job) {
    List<Sql> statements = new ArrayList<>(List.of(TIME_ZONE));
    tenant(job)
        .ifPresent(
            tenant -> {
              statements.add(Sql.of("SET ROLE {}", tenant.role()));
              tenant
                  .limits()
                  .settings()
                  .forEach(
                      (name, value) -> {
                        if (!name.equals(TEMP_FILES)) {
                          statements.add(
                              Sql.of(
                                  "SELECT pg_catalog.set_config({}, {}, false)",
                                  Literal.of(name),
                                  Literal.of(value)));
                        }
                      });
            });
    job.schema().ifPresent(schema -> statements.add(Sql.of("SET search_path = {}", schema)));
    job.timeout()
        .ifPresent(
            timeout ->
                statements.add(
                    Sql.of("SET statement_timeout = {}", Sql.number(timeout.toMillis()))));
    return statements;
  }

  /** Nothing of one job is left for the next: no open transaction, role, setting, lock, table. */
  private static void clean(Session session) {
    if (session.transactionState() != Session.TransactionState.NONE) {
      session.execute(Sql.of("ROLLBACK"));
    }
    session.execute(Sql.of("DISCARD ALL"));
  }

  /** Asks the server to stop what is running; another thread may call it. */
  void cancel() {
    Session running = busy;
    if (running != null) {
      running.cancel();
    }
  }

  @Override
  public void close() {
    sessions.values().forEach(Session::close);
    sessions.clear();
  }
}
