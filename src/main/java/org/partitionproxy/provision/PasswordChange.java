package org.partitionproxy.provision;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.partitionproxy.apply.RunLock;
import org.partitionproxy.apply.Sessions;
import org.partitionproxy.catalog.PasswordUseReader;
import org.partitionproxy.db.Session;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.replica.ReplicaControl;
import org.partitionproxy.replica.Replication;
import org.partitionproxy.secret.ScramVerifier;
import org.partitionproxy.secret.Secret;
import org.partitionproxy.secret.SecretName;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.Literal;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.state.UserMapping;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.Topology;

/**
 * Gives roles their next passwords, on one PostgreSQL server after the other: on the server itself,
 * in the veneers' mappings to it, and in its replicas' subscriptions. All are made ready in a
 * transaction each and then committed one right after the other, so new connections fail for no
 * longer than the commits take, and a lock that is in the way stops all before one is done.
 */
final class PasswordChange {

  private static final Sql LOCK_TIMEOUT = Sql.of("SET LOCAL lock_timeout = '10s'");

  private final Topology topology;
  private final Sessions sessions;
  private final ReplicaPlanner replicas;
  private final RunLock lock;
  private final PasswordHolders holders;
  private final SortedMap<SecretName, Secret> next;
  private final SortedMap<SecretName, String> verifiers = new TreeMap<>();
  private final PasswordUseReader reader = new PasswordUseReader();

  PasswordChange(
      Parts parts, RunLock lock, PasswordHolders holders, SortedMap<SecretName, Secret> next) {
    this.topology = parts.topology();
    this.sessions = parts.sessions();
    this.replicas = parts.replicas();
    this.lock = lock;
    this.holders = holders;
    this.next = new TreeMap<>(next);
    // The same verifier on every server: only then can a login be passed through.
    next.forEach((name, secret) -> verifiers.put(name, ScramVerifier.of(secret)));
  }

  /**
   * The veneers' own roles come last: applications log in there, and until then they can with the
   * old password.
   *
   * @throws SqlFailure at the first server that refuses, or is lost
   */
  void make(List<PasswordOwner> owners) {
    List<List<ServerDefinition>> clusters = new ArrayList<>(Clusters.of(topology));
    clusters.sort(Comparator.comparing(c -> c.stream().anyMatch(ServerDefinition::isVeneer)));
    for (List<ServerDefinition> cluster : clusters) {
      List<PasswordOwner> here =
          owners.stream().filter(owner -> holders.has(cluster.get(0), owner)).toList();
      if (!here.isEmpty()) {
        lock.requireHeld();
        change(cluster, here);
      }
    }
  }

  private void change(List<ServerDefinition> cluster, List<PasswordOwner> owners) {
    List<Sql> roles = owners.stream().map(this::alterRole).toList();
    List<Use> uses = new ArrayList<>();
    topology.veneers().stream()
        .filter(holders::hasDatabase)
        .forEach(veneer -> uses.add(new Use(veneer, v -> mappings(v, cluster, owners))));
    uses.addAll(subscriptions(cluster, owners));
    within(uses, () -> atServer(cluster.get(0), roles));
  }

  /**
   * A server that logs in at another, with passwords that it keeps.
   *
   * @param statements that change these there
   */
  private record Use(ServerDefinition server, Function<Session, List<Sql>> statements) {}

  /** At each of these servers, and last of all, inside their transactions. */
  private void within(List<Use> uses, Runnable last) {
    if (uses.isEmpty()) {
      last.run();
      return;
    }
    sessions.with(
        uses.get(0).server(),
        session -> {
          List<Sql> statements = uses.get(0).statements().apply(session);
          session.inTransaction(
              () -> {
                session.execute(LOCK_TIMEOUT);
                session.execute(statements);
                within(uses.subList(1, uses.size()), last);
              });
          return true;
        });
  }

  /** Sessions that replicate go on; the next ones log in with what stands there then. */
  private List<Use> subscriptions(List<ServerDefinition> cluster, List<PasswordOwner> owners) {
    List<Use> uses = new ArrayList<>();
    for (PasswordOwner owner : owners) {
      if (owner.role().equals(topology.replicationRole())) {
        Literal password = Literal.hidden(Objects.requireNonNull(next.get(owner.name())).reveal());
        cluster.stream()
            .flatMap(shard -> topology.replicasOf(shard.name()).stream())
            .filter(replica -> holders.hasDatabase(replica.server()))
            .map(replicas::replication)
            .forEach(one -> uses.add(subscription(one, password)));
      }
    }
    return uses;
  }

  private static Use subscription(Replication replication, Literal password) {
    return new Use(
        replication.replicaServer(),
        session -> ReplicaControl.reconnection(session, replication, password));
  }

  /** Roles belong to the whole server, so any of its databases will do. */
  private void atServer(ServerDefinition server, List<Sql> statements) {
    sessions.lendMaintenance(
        server,
        session ->
            session.inTransaction(
                () -> {
                  session.execute(LOCK_TIMEOUT);
                  session.execute(statements);
                }));
  }

  private Sql alterRole(PasswordOwner owner) {
    return Sql.of(
        "ALTER ROLE {} PASSWORD {}",
        owner.role(),
        Literal.hidden(Objects.requireNonNull(verifiers.get(owner.name()))));
  }

  private List<Sql> mappings(
      Session veneer, List<ServerDefinition> cluster, List<PasswordOwner> owners) {
    TreeSet<Identifier> foreignServers = new TreeSet<>();
    cluster.stream()
        .filter(server -> !server.isVeneer())
        .forEach(shard -> foreignServers.add(Wires.name(shard)));
    Map<Identifier, Secret> passwords = new TreeMap<>();
    owners.forEach(o -> passwords.put(o.role(), Objects.requireNonNull(next.get(o.name()))));
    return reader.mappings(veneer, foreignServers, passwords.keySet()).stream()
        .map(m -> alterMapping(m, Objects.requireNonNull(passwords.get(m.remoteUser()))))
        .toList();
  }

  private static Sql alterMapping(UserMapping mapping, Secret password) {
    return Sql.of(
        "ALTER USER MAPPING FOR {} SERVER {} OPTIONS (SET password {})",
        mapping.key().role(),
        mapping.key().server(),
        Literal.hidden(password.reveal()));
  }
}
