package org.partitionproxy.inspect;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.partitionproxy.db.Connector;
import org.partitionproxy.db.Pause;
import org.partitionproxy.db.Session;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.Literal;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.topology.InspectionLevel;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.Topology;

/**
 * Reads and changes what servers log, while they run. Settings are made by ALTER SYSTEM, which
 * beats the servers' own files; no restart is needed.
 */
public final class InspectionSwitch {

  private static final Duration POLL = Duration.ofMillis(20);
  private static final int POLLS = 250;

  /** Their options are set to what they are, which ends connections that were made with them. */
  private static final String FORWARDING =
      """
      SELECT s.srvname AS name
      FROM pg_catalog.pg_foreign_server AS s
      WHERE 'application_name=ppp:%c' = ANY (s.srvoptions)
      ORDER BY s.srvname""";

  private static final String CLIENTS =
      """
      SELECT pg_catalog.count(*) AS number
      FROM pg_catalog.pg_stat_activity AS a
      WHERE a.datname = ? AND a.backend_type = 'client backend'
        AND a.application_name NOT LIKE 'ppp %' AND (? OR a.usename = ANY (?::text[]))""";

  private final Topology topology;
  private final Connector connector;
  private final boolean ownServers;

  /**
   * @param ownServers whether ppp starts the servers, with settings of its own
   */
  public InspectionSwitch(Topology topology, Connector connector, boolean ownServers) {
    this.topology = topology;
    this.connector = connector;
    this.ownServers = ownServers;
  }

  /** What shards.yaml wants; empty if it leaves servers as they are that ppp does not run. */
  public Optional<InspectionLevel> wanted() {
    return topology.wantedLevel(ownServers);
  }

  /** What each server logs now. */
  public Inspection look() {
    return new InspectionReader(topology, connector, ownServers).look();
  }

  /** How servers or roles were set before a change. */
  public static final class Before {
    private final Map<ServerName, List<InspectionSettings>> settings = new LinkedHashMap<>();
    private final List<Identifier> roles;

    Before(List<Identifier> roles) {
      this.roles = roles;
    }
  }

  /**
   * To be given to {@link #restore}.
   *
   * @param roles empty for all that servers are asked
   * @throws PppException if a server does not answer, or this superuser may not change its
   *     settings; then nothing was changed, and the hint has the statements
   */
  public Before prepare(InspectionLevel level, List<Identifier> roles) {
    Before before = new Before(roles);
    List<Diagnostic> problems = new ArrayList<>();
    for (ServerDefinition server : topology.servers()) {
      try (Session session = connector.maintenance(server)) {
        InspectionSettings whole = InspectionSettings.read(session);
        List<InspectionSettings> settings =
            roles.isEmpty() ? List.of(whole) : whole.ofRoles(session, roles);
        before.settings.put(server.name(), settings);
        List<InspectionSettings> refused = settings.stream().filter(s -> !s.mayAlter()).toList();
        if (!refused.isEmpty()) {
          problems.add(refusal(server, refused, level));
        } else if (level == InspectionLevel.ROWS && !loadLibrary(session)) {
          problems.add(
              Diagnostic.error(
                  Code.INSPECTION_REFUSED,
                  "server \"" + server.name() + "\" has no library auto_explain",
                  "Install PostgreSQL's additional modules (contrib) there, or set the level"
                      + " statements."));
        }
      }
    }
    if (before.settings.values().stream().allMatch(List::isEmpty)) {
      problems.add(
          Diagnostic.error(
              Code.NOT_INITIALIZED,
              "no server has role \"" + roles.get(0) + "\"",
              "`ppp initialize` makes it."));
    }
    if (!problems.isEmpty()) {
      throw new PppException(problems);
    }
    return before;
  }

  private static Diagnostic refusal(
      ServerDefinition server, List<InspectionSettings> settings, InspectionLevel level) {
    StringBuilder statements = new StringBuilder();
    settings.stream()
        .flatMap(one -> one.statements(level).stream())
        .forEach(sql -> statements.append('\n').append(sql.text()).append(';'));
    return Diagnostic.error(
        Code.INSPECTION_REFUSED,
        "user \""
            + server.user()
            + "\" may not change the settings of server \""
            + server.name()
            + "\"",
        "Let somebody run this on it who may, or set the same in your provider's console:"
            + statements
            + "\nSELECT pg_reload_conf();");
  }

  /**
   * Makes all servers log at this level, all or what was prepared.
   *
   * @return sessions of clients on veneers that began before, and of which until they connect again
   *     {@link InspectionLevel#ROWS} takes no notice, nor a role's level
   */
  public long set(Before before, InspectionLevel level) {
    return change(before, settings -> settings.statements(level));
  }

  /** Leaves what servers log to their own files, and so, where ppp runs them, to shards.yaml. */
  public void withdraw(Before before) {
    change(before, InspectionSettings::withdrawal);
  }

  /** Leaves all roles to what their servers log. */
  public void withdrawRoles() {
    Before before = new Before(InspectionReader.roles(topology));
    for (ServerDefinition server : topology.servers()) {
      try (Session session = connector.maintenance(server)) {
        before.settings.put(
            server.name(),
            InspectionSettings.read(session).ofRoles(session, before.roles).stream()
                .filter(InspectionSettings::isSet)
                .toList());
      }
    }
    if (before.settings.values().stream().anyMatch(some -> !some.isEmpty())) {
      withdraw(before);
    }
  }

  /** Undoes what came after {@link #prepare}. */
  public void restore(Before before) {
    change(before, InspectionSettings::restoration);
  }

  private long change(Before before, Function<InspectionSettings, List<Sql>> statements) {
    boolean renewed = !before.roles.isEmpty();
    for (ServerDefinition server : topology.servers()) {
      try (Session session = connector.maintenance(server)) {
        List<Sql> all =
            Optional.ofNullable(before.settings.get(server.name())).orElseThrow().stream()
                .flatMap(settings -> statements.apply(settings).stream())
                .toList();
        if (before.roles.isEmpty()) {
          renewed |= reload(server, session, all);
        } else {
          execute(session, all);
        }
      }
    }
    return renewed ? renewConnections(before.roles) : 0;
  }

  private static void execute(Session session, List<Sql> statements) {
    boolean loaded = loadLibrary(session);
    for (Sql statement : statements) {
      if (loaded || !statement.text().contains(InspectionLevel.PLAN_LIBRARY)) {
        session.execute(statement);
      }
    }
  }

  /** Returns when new sessions get the new settings; whether they load other libraries. */
  private boolean reload(ServerDefinition server, Session session, List<Sql> statements) {
    String preloaded = preloaded(session);
    String begin = now(session);
    execute(session, statements);
    session.execute(Sql.of("SELECT pg_catalog.pg_reload_conf()"));
    return awaitReload(server, begin, preloaded);
  }

  /** Before version 17, ALTER knows only the settings of loaded libraries. */
  private static boolean loadLibrary(Session session) {
    try {
      session.execute(Sql.of("LOAD {}", Literal.of(InspectionLevel.PLAN_LIBRARY)));
      return true;
    } catch (SqlFailure e) {
      if (e.isUnreachable()) {
        throw e;
      }
      return false;
    }
  }

  private static String now(Session session) {
    return session
        .queryOne(
            "SELECT pg_catalog.clock_timestamp()::pg_catalog.text AS now", row -> row.string("now"))
        .orElse("");
  }

  private static String preloaded(Session session) {
    return session
        .queryOne(
            "SELECT pg_catalog.current_setting('session_preload_libraries') AS value",
            row -> row.string("value"))
        .orElse("");
  }

  /** Returns when new sessions get the new settings; whether they load other libraries. */
  private boolean awaitReload(ServerDefinition server, String begin, String preloaded) {
    for (int poll = 0; poll < POLLS; poll++) {
      try (Session session = connector.maintenance(server)) {
        boolean loaded =
            session
                .queryOne(
                    """
                    SELECT pg_catalog.pg_conf_load_time() >= ?::pg_catalog.timestamptz
                      AS loaded""",
                    row -> row.bool("loaded"),
                    begin)
                .orElse(false);
        if (loaded) {
          return !preloaded(session).equals(preloaded);
        }
      }
      Pause.of(POLL);
    }
    return true;
  }

  /** The veneers' sessions connect to the shards again, each at its next transaction. */
  private long renewConnections(List<Identifier> roles) {
    long sessions = 0;
    for (ServerDefinition veneer : topology.veneers()) {
      try (Session session = connector.superuser(veneer)) {
        session
            .query(FORWARDING, row -> row.identifier("name"))
            .forEach(
                name ->
                    session.execute(
                        Sql.of("ALTER SERVER {} OPTIONS (SET application_name 'ppp:%c')", name)));
        sessions +=
            session
                .queryOne(
                    CLIENTS,
                    row -> row.number("number"),
                    veneer.database().value(),
                    roles.isEmpty(),
                    roles.stream().map(Identifier::value).toList())
                .orElse(0L);
      } catch (SqlFailure e) {
        if (e.diagnostics().get(0).code() != Code.DATABASE_MISSING) {
          throw e;
        }
      }
    }
    return sessions;
  }
}
