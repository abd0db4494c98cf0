package org.partitionproxy.apply;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.partitionproxy.db.Session;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.db.Workers;
import org.partitionproxy.plan.Change;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.topology.ServerDefinition;

/**
 * Makes changes on servers, in transactions of bounded size. Whatever happens, each transaction is
 * either committed with its part of the ledger or not there at all.
 */
public final class PlanApplier {

  private static final Sql LOCK_TIMEOUT = Sql.of("SET LOCAL lock_timeout = '10s'");

  private final Sessions sessions;
  private final Function<ServerDefinition, Identifier> owner;
  private final RunLock lock;
  private final Workers workers;
  private final ApplyListener listener;

  /** Writes the ledger's part of some changes, inside their transaction, as the superuser. */
  public interface Recorder {
    void record(Session session, List<Change> changes);
  }

  /**
   * @param owner the role that owns the tenants' objects on a server
   */
  public PlanApplier(
      Sessions sessions,
      Function<ServerDefinition, Identifier> owner,
      RunLock lock,
      Workers workers,
      ApplyListener listener) {
    this.sessions = sessions;
    this.owner = owner;
    this.lock = lock;
    this.workers = workers;
    this.listener = listener;
  }

  /**
   * Makes the changes of one server that belong to no tenant, in their order. The first that fails
   * ends it, since the others may need it.
   *
   * @throws SqlFailure if the server is lost
   */
  public List<Failure> applyGlobal(
      ServerDefinition server, List<Change> changes, Recorder recorder) {
    for (Chunk chunk : Chunk.global(changes)) {
      List<Failure> failures = apply(server, chunk, recorder);
      if (!failures.isEmpty()) {
        return failures;
      }
    }
    return List.of();
  }

  /**
   * Makes the changes of tenants, on all servers at once. A tenant whose changes fail is left as it
   * was; the others go on. A server that is lost is a failure of each of its remaining chunks.
   */
  public List<Failure> applyTenants(
      Map<ServerDefinition, List<Change>> changes, Recorder recorder) {
    record Task(ServerDefinition server, Chunk chunk) {}
    List<Task> tasks = new ArrayList<>();
    changes.forEach(
        (server, some) -> Chunk.ofSchemas(some).forEach(c -> tasks.add(new Task(server, c))));
    List<Failure> failures = Collections.synchronizedList(new ArrayList<>());
    workers.forEach(
        tasks,
        task -> {
          try {
            failures.addAll(apply(task.server(), task.chunk(), recorder));
          } catch (SqlFailure lost) {
            task.chunk()
                .groups()
                .forEach(g -> failures.add(new Failure(task.server().name(), g.get(0), lost)));
          }
        });
    return failures;
  }

  private List<Failure> apply(ServerDefinition server, Chunk chunk, Recorder recorder) {
    List<Change> changes = chunk.changes();
    if (changes.get(0).transaction().isNone()) {
      return applyOutside(server, changes);
    }
    try {
      commit(server, changes, recorder);
      return List.of();
    } catch (SqlFailure e) {
      if (e.isUnreachable()) {
        throw e;
      }
    }
    List<Failure> failures = new ArrayList<>();
    for (List<Change> group : chunk.groups()) {
      if (failures.isEmpty() || group.get(0).schema().isPresent()) {
        commitOneByOne(server, group, recorder, failures);
      }
    }
    return failures;
  }

  private List<Failure> applyOutside(ServerDefinition server, List<Change> changes) {
    for (Change change : changes) {
      lock.requireHeld();
      try {
        Function<Session, Boolean> work =
            session -> {
              change.statements().forEach(session::execute);
              return true;
            };
        if (change.transaction() == Change.Transaction.ALONE) {
          sessions.with(server, work);
        } else {
          sessions.withMaintenance(server, work);
        }
        listener.committed(server, List.of(change));
      } catch (SqlFailure e) {
        if (e.isUnreachable()) {
          throw e;
        }
        return List.of(new Failure(server.name(), change, e));
      }
    }
    return List.of();
  }

  private void commit(ServerDefinition server, List<Change> changes, Recorder recorder) {
    lock.requireHeld();
    List<Sql> statements = new ArrayList<>(List.of(LOCK_TIMEOUT));
    statements.addAll(statements(changes, owner.apply(server)));
    sessions.with(
        server,
        session ->
            inTransaction(
                session,
                statements,
                () -> {
                  session.execute(statements);
                  recorder.record(session, changes);
                  return true;
                }));
    listener.committed(server, changes);
  }

  /**
   * All of these changes for one transaction of the superuser, each as whom it is to be made.
   *
   * @param owner the role that owns the tenants' objects
   */
  public static List<Sql> statements(Collection<Change> changes, Identifier owner) {
    List<Sql> statements = new ArrayList<>();
    Change.Transaction as = Change.Transaction.SUPERUSER;
    for (Change change : changes) {
      if (change.transaction() != as) {
        as = change.transaction();
        statements.add(become(as, owner));
      }
      statements.addAll(change.statements());
    }
    statements.add(become(Change.Transaction.SUPERUSER, owner));
    return statements;
  }

  private static boolean inTransaction(
      Session session, List<Sql> statements, Supplier<Boolean> work) {
    return statements.stream().anyMatch(Sql::isSecret)
        ? session.inSecretTransaction(work)
        : session.inTransaction(work);
  }

  /** The same statement by statement, so that it is known which change fails. */
  private void commitOneByOne(
      ServerDefinition server, List<Change> changes, Recorder recorder, List<Failure> failures) {
    lock.requireHeld();
    List<Change> current = new ArrayList<>();
    try {
      sessions.with(
          server,
          session ->
              inTransaction(
                  session,
                  changes.stream().flatMap(c -> c.statements().stream()).toList(),
                  () -> {
                    session.execute(LOCK_TIMEOUT);
                    for (Change change : changes) {
                      current.add(change);
                      session.execute(become(change.transaction(), owner.apply(server)));
                      change.statements().forEach(session::execute);
                    }
                    session.execute(become(Change.Transaction.SUPERUSER, owner.apply(server)));
                    recorder.record(session, changes);
                    return true;
                  }));
      listener.committed(server, changes);
    } catch (SqlFailure e) {
      if (e.isUnreachable()) {
        throw e;
      }
      failures.add(new Failure(server.name(), current.get(current.size() - 1), e));
    }
  }

  private static Sql become(Change.Transaction transaction, Identifier owner) {
    return transaction == Change.Transaction.OWNER
        ? Sql.of("SET LOCAL ROLE {}", owner)
        : Sql.of("RESET ROLE");
  }
}
