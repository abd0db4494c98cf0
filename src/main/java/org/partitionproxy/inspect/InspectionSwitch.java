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

  private static final String LOG_BYTES =
      """
      SELECT coalesce(pg_catalog.sum(f.size), 0)::pg_catalog.int8 AS bytes
      FROM pg_catalog.pg_ls_logdir() AS f""";

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
        AND a.application_name NOT LIKE 'ppp %'""";

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
    return ownServers ? Optional.of(topology.startLevel()) : topology.inspection();
  }

  /** What each server logs now. */
  public Inspection look() {
    List<ServerInspection> servers = new ArrayList<>();
    List<Diagnostic> problems = new ArrayList<>();
    for (ServerDefinition server : topology.servers()) {
      try (Session session = connector.maintenance(server)) {
        servers.add(inspection(session, InspectionSettings.read(session)));
      } catch (SqlFailure e) {
        problems.add(e.diagnostics().get(0));
        servers.add(
            new ServerInspection(
                server.name(),
                Optional.empty(),
                wanted(),
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
    Map<String, String> lacking = wanted().map(settings::lacking).orElseGet(LinkedHashMap::new);
    return new ServerInspection(
        session.server().name(),
        Optional.of(settings.level()),
        wanted(),
        lacking.keySet().stream().map(settings::shown).toList(),
        mending(lacking),
        settings.values().getOrDefault("logging_collector", "off").equals("on")
            ? logBytes(session)
            : Optional.empty(),
        bound());
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
        (name, value) -> statements.add(InspectionSettings.set(name, value).text() + ";"));
    if (lacking.containsKey("logging_collector")) {
      statements.add("-- then restart the server");
    } else if (!lacking.isEmpty()) {
      statements.add("SELECT pg_reload_conf();");
    }
    return statements;
  }

  /** How servers were set before a change. */
  public static final class Before {
    private final Map<ServerName, InspectionSettings> settings = new LinkedHashMap<>();
  }

  /**
   * To be given to {@link #restore}.
   *
   * @throws PppException if a server does not answer, or this superuser may not change its
   *     settings; then nothing was changed, and the hint has the statements
   */
  public Before prepare(InspectionLevel level) {
    Before before = new Before();
    List<Diagnostic> problems = new ArrayList<>();
    for (ServerDefinition server : topology.servers()) {
      try (Session session = connector.maintenance(server)) {
        InspectionSettings settings = InspectionSettings.read(session);
        before.settings.put(server.name(), settings);
        if (!settings.mayAlter()) {
          problems.add(refusal(server, settings, level));
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
    if (!problems.isEmpty()) {
      throw new PppException(problems);
    }
    return before;
  }

  private static Diagnostic refusal(
      ServerDefinition server, InspectionSettings settings, InspectionLevel level) {
    StringBuilder statements = new StringBuilder();
    settings
        .statements(level)
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
   * Makes all servers log at this level.
   *
   * @return sessions of clients on veneers that began before, and that {@link InspectionLevel#ROWS}
   *     takes no notice of until they connect again
   */
  public long set(Before before, InspectionLevel level) {
    return change(before, settings -> settings.statements(level));
  }

  /** Leaves what servers log to their own files, and so, where ppp runs them, to shards.yaml. */
  public void withdraw(Before before) {
    change(before, InspectionSettings::withdrawal);
  }

  /** Undoes what came after {@link #prepare}. */
  public void restore(Before before) {
    change(before, InspectionSettings::restoration);
  }

  private long change(Before before, Function<InspectionSettings, List<Sql>> statements) {
    boolean libraries = false;
    for (ServerDefinition server : topology.servers()) {
      try (Session session = connector.maintenance(server)) {
        InspectionSettings settings =
            Optional.ofNullable(before.settings.get(server.name())).orElseThrow();
        String preloaded = preloaded(session);
        String begin = now(session);
        boolean loaded = loadLibrary(session);
        for (Sql statement : statements.apply(settings)) {
          if (loaded || !statement.text().contains(InspectionLevel.PLAN_LIBRARY)) {
            session.execute(statement);
          }
        }
        session.execute(Sql.of("SELECT pg_catalog.pg_reload_conf()"));
        libraries |= awaitReload(server, begin, preloaded);
      }
    }
    return libraries ? renewConnections() : 0;
  }

  /** Before version 17, ALTER SYSTEM knows only the settings of loaded libraries. */
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
  private long renewConnections() {
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
                .queryOne(CLIENTS, row -> row.number("number"), veneer.database().value())
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
