package org.partitionproxy.provision;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.partitionproxy.apply.Sessions;
import org.partitionproxy.catalog.FingerprintReader;
import org.partitionproxy.catalog.Rereading;
import org.partitionproxy.db.Session;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.db.Workers;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.ExitCode;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.migrate.MigrationFolder;
import org.partitionproxy.migrate.MigrationStatus;
import org.partitionproxy.migrate.PendingMigrations;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.Tenant;
import org.partitionproxy.topology.Topology;

/** Looks at all servers at once. */
final class Surveyor {

  private final Topology topology;
  private final MigrationFolder migrations;
  private final DesiredState desired;
  private final SnapshotReader snapshots;
  private final Sessions sessions;
  private final Workers workers;
  private final FingerprintReader fingerprints = new FingerprintReader();

  Surveyor(
      Topology topology,
      MigrationFolder migrations,
      DesiredState desired,
      Sessions sessions,
      Workers workers) {
    this.topology = topology;
    this.migrations = migrations;
    this.desired = desired;
    this.snapshots = new SnapshotReader(topology, desired, sessions);
    this.sessions = sessions;
    this.workers = workers;
  }

  /** What one server told; the maps are filled by several threads. */
  private record Findings(
      Map<ServerName, ServerSnapshot> snapshots,
      Map<ServerName, SortedMap<Identifier, String>> fingerprints,
      Map<Tenant, MigrationStatus> migrations,
      Map<ServerName, Diagnostic> unreachable,
      List<Diagnostic> refusals) {

    Findings() {
      this(
          new ConcurrentHashMap<>(),
          new ConcurrentHashMap<>(),
          new ConcurrentHashMap<>(),
          new ConcurrentHashMap<>(),
          Collections.synchronizedList(new ArrayList<>()));
    }

    Survey survey(Surveyor surveyor) {
      return new Survey(
          surveyor.inOrder(snapshots),
          new HashMap<>(fingerprints),
          new HashMap<>(migrations),
          surveyor.inOrder(unreachable),
          refusals);
    }
  }

  /** Everything that a plan needs. Servers that don't answer are in the result, not an error. */
  Survey survey() {
    return survey(true);
  }

  /** The same without the tenants' migrations: as if there were no pending ones. */
  Survey surveyWithoutMigrations() {
    return survey(false);
  }

  private Survey survey(boolean histories) {
    Findings findings = new Findings();
    workers.forEach(
        topology.servers(),
        server -> guarded(server, findings, () -> look(server, histories, findings)));
    return findings.survey(this);
  }

  /** What mirrors depend on, and no more: the veneer, and the fingerprints of the shards. */
  Survey surveyMirrors() {
    Findings findings = new Findings();
    workers.forEach(
        topology.primaries(),
        server ->
            guarded(
                server,
                findings,
                () -> {
                  if (server.isVeneer()) {
                    look(server, false, findings);
                  } else {
                    findings.fingerprints().put(server.name(), fingerprints(server));
                  }
                }));
    return findings.survey(this);
  }

  /** Of tenants' schemas, by their shards. */
  Map<ServerName, SortedMap<Identifier, String>> fingerprints(Collection<Tenant> tenants) {
    Map<ServerName, SortedSet<Identifier>> schemas = new LinkedHashMap<>();
    tenants.forEach(t -> schemas.computeIfAbsent(t.shard(), s -> new TreeSet<>()).add(t.schema()));
    Map<ServerName, SortedMap<Identifier, String>> found = new LinkedHashMap<>();
    schemas.forEach(
        (shard, some) ->
            found.put(
                shard,
                sessions.with(
                    topology.findServer(shard.value()).orElseThrow(),
                    session -> fingerprints(session, some))));
    return found;
  }

  private SortedMap<Identifier, String> fingerprints(ServerDefinition server) {
    SortedSet<Identifier> schemas = schemas(desired.tenants(server));
    return sessions.with(server, session -> fingerprints(session, schemas));
  }

  private static SortedSet<Identifier> schemas(Collection<Tenant> tenants) {
    return new TreeSet<>(tenants.stream().map(Tenant::schema).toList());
  }

  private SortedMap<Identifier, String> fingerprints(
      Session session, SortedSet<Identifier> schemas) {
    return Rereading.read(session, () -> fingerprints.read(session, schemas));
  }

  ServerSnapshot snapshot(ServerDefinition server) {
    return snapshots.read(server);
  }

  private void look(ServerDefinition server, boolean histories, Findings findings) {
    ServerSnapshot snapshot = snapshots.read(server);
    if (!snapshot.state().schemas().isEmpty()) {
      sessions.with(
          server,
          session -> {
            List<Tenant> tenants =
                desired.tenants(server).stream()
                    .filter(t -> snapshot.state().schemas().containsKey(t.schema()))
                    .toList();
            findings.fingerprints().put(server.name(), fingerprints(session, schemas(tenants)));
            if (histories && server.isShard() && topology.migrations().isPresent()) {
              PendingMigrations.read(session, migrations, tenants)
                  .forEach(
                      (tenant, status) ->
                          status.ifPresent(s -> findings.migrations().put(tenant, s)));
            }
            return true;
          });
    }
    findings.snapshots().put(server.name(), snapshot);
  }

  private static void guarded(ServerDefinition server, Findings findings, Runnable work) {
    try {
      work.run();
    } catch (PppException e) {
      boolean gone =
          e.exitCode() == ExitCode.UNREACHABLE
              || (e instanceof SqlFailure failure && failure.isUnreachable());
      if (gone) {
        findings.unreachable().put(server.name(), e.diagnostics().get(0));
      } else {
        findings.refusals().addAll(e.diagnostics());
      }
    }
  }

  private <T> Map<ServerName, T> inOrder(Map<ServerName, T> byServer) {
    Map<ServerName, T> ordered = new LinkedHashMap<>();
    for (ServerDefinition server : topology.servers()) {
      T value = byServer.get(server.name());
      if (value != null) {
        ordered.put(server.name(), value);
      }
    }
    return ordered;
  }
}
