package org.partitionproxy.inspect;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.partitionproxy.db.Connector;
import org.partitionproxy.db.Session;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.topology.InspectionLevel;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.Topology;

/** Looks at what servers log, and what that takes. */
public final class InspectionReader {

  private static final String LOG_BYTES =
      """
      SELECT coalesce(pg_catalog.sum(f.size), 0)::pg_catalog.int8 AS bytes
      FROM pg_catalog.pg_ls_logdir() AS f""";

  private final Topology topology;
  private final Connector connector;
  private final boolean ownServers;

  InspectionReader(Topology topology, Connector connector, boolean ownServers) {
    this.topology = topology;
    this.connector = connector;
    this.ownServers = ownServers;
  }

  /** What is logged of sessions like this one: by its server, database and role. One query. */
  public static InspectionLevel level(Session session) {
    return InspectionSettings.inForce(session).level();
  }

  /** Whether rows are logged there, of all sessions or of some role's. */
  public static boolean logsRows(Topology topology, Session session) {
    InspectionSettings whole = InspectionSettings.inForce(session);
    return whole.level() == InspectionLevel.ROWS
        || whole.ofRoles(session, roles(topology)).stream()
            .anyMatch(one -> one.isSet() && one.level() == InspectionLevel.ROWS);
  }

  /** Roles that statements are forwarded for, whose levels may differ from their server's. */
  public static List<Identifier> roles(Topology topology) {
    List<Identifier> roles = new ArrayList<>(List.of(topology.appRole(), topology.adminRole()));
    topology.tenants().forEach(tenant -> roles.add(tenant.role()));
    return roles;
  }

  /** What each server logs now. */
  Inspection look() {
    List<ServerInspection> servers = new ArrayList<>();
    List<Diagnostic> problems = new ArrayList<>();
    for (ServerDefinition server : topology.servers()) {
      try (Session session = connector.maintenance(server)) {
        servers.add(inspection(session, InspectionSettings.inForce(session)));
      } catch (SqlFailure e) {
        problems.add(e.diagnostics().get(0));
        servers.add(
            new ServerInspection(
                server.name(),
                Optional.empty(),
                topology.wantedLevel(ownServers),
                List.of(),
                List.of(),
                List.of(),
                Optional.empty(),
                bound()));
      }
    }
    topology.veneers().forEach(veneer -> problems.addAll(wrongNames(veneer)));
    return new Inspection(servers, problems);
  }

  private List<Diagnostic> wrongNames(ServerDefinition veneer) {
    try (Session session = connector.superuser(veneer)) {
      return SessionNames.wrong(topology, session).stream().map(SessionNames::warning).toList();
    } catch (SqlFailure e) {
      return List.of(); // it was said above, or there is no database yet
    }
  }

  private ServerInspection inspection(Session session, InspectionSettings settings) {
    Map<String, String> lacking =
        topology.wantedLevel(ownServers).map(settings::lacking).orElseGet(LinkedHashMap::new);
    return new ServerInspection(
        session.server().name(),
        Optional.of(settings.level()),
        topology.wantedLevel(ownServers),
        roles(session, settings),
        lacking.keySet().stream().map(settings::shown).toList(),
        mending(lacking),
        settings.values().getOrDefault("logging_collector", "off").equals("on")
            ? logBytes(session)
            : Optional.empty(),
        bound());
  }

  private List<ServerInspection.OfRole> roles(Session session, InspectionSettings settings) {
    return settings.ofRoles(session, roles(topology)).stream()
        .filter(InspectionSettings::isSet)
        .map(one -> new ServerInspection.OfRole(one.role().orElseThrow(), one.level()))
        .toList();
  }

  private Optional<Long> bound() {
    return ownServers ? Optional.of(topology.logBytes()) : Optional.empty();
  }

  private static Optional<Long> logBytes(Session session) {
    try {
      return session.queryOne(LOG_BYTES, row -> row.number("bytes"));
    } catch (SqlFailure e) {
      return Optional.empty(); // takes a right, and a folder that may not be there
    }
  }

  private static List<String> mending(Map<String, String> lacking) {
    List<String> statements = new ArrayList<>();
    lacking.forEach(
        (name, value) -> statements.add(InspectionSettings.setInSystem(name, value).text() + ";"));
    if (lacking.containsKey("logging_collector")) {
      statements.add("-- then restart the server");
    } else if (!lacking.isEmpty()) {
      statements.add("SELECT pg_reload_conf();");
    }
    return statements;
  }
}
