package org.partitionproxy.workflow;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.partitionproxy.db.Row;
import org.partitionproxy.db.Session;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.sql.SqlResource;
import org.partitionproxy.topology.ServerName;

/**
 * Reads and writes {@code ppp.workflow} in a session's database. What is written in a transaction
 * commits with the work in it.
 */
final class WorkflowJournal {

  private static final SqlResource TABLES =
      SqlResource.load("/org/partitionproxy/workflow/workflow.sql");

  /** Who is at it holds an advisory lock. */
  private static final String WORKFLOWS =
      """
      SELECT w.*, EXISTS (SELECT FROM pg_catalog.pg_locks AS l
        WHERE l.locktype = 'advisory' AND l.granted AND l.classid = ? AND l.objid = w.id
          AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d
            WHERE d.datname = pg_catalog.current_database())) AS held
      FROM ppp.workflow AS w
      WHERE ? IN (0, w.id)
      ORDER BY w.id""";

  private static final String STEPS =
      """
      SELECT workflow, number, name, detail, started_at, finished_at FROM ppp.workflow_step
      WHERE ? IN (0, workflow)
      ORDER BY workflow, number""";

  private final Session session;

  WorkflowJournal(Session session) {
    this.session = session;
  }

  /** Whether there ever was a workflow here. */
  boolean isThere() {
    return session
        .query(
            "SELECT pg_catalog.to_regclass('ppp.workflow_step') IS NOT NULL AS there",
            row -> row.bool("there"))
        .get(0);
  }

  void install() {
    session.execute(Sql.resource(TABLES));
  }

  /** Begins a workflow; returns its number. */
  long begin(NewWorkflow one) {
    return session
        .query(
            """
            INSERT INTO ppp.workflow (kind, tenant, subject, definition, operator, host)
            VALUES (?, ?, ?, pg_catalog.jsonb_object(?::text[], ?::text[]), ?, ?)
            RETURNING id""",
            row -> row.number("id"),
            one.kind(),
            one.tenant(),
            one.subject(),
            List.copyOf(one.definition().keySet()),
            List.copyOf(one.definition().values()),
            one.operator(),
            one.host())
        .get(0);
  }

  List<Workflow> all(ServerName shard) {
    return read(shard, 0);
  }

  Optional<Workflow> find(ServerName shard, long number) {
    return read(shard, number).stream().findFirst();
  }

  private List<Workflow> read(ServerName shard, long number) {
    Map<Long, List<WorkflowStep>> steps = new LinkedHashMap<>();
    session.forEach(
        STEPS,
        row -> steps.computeIfAbsent(row.number("workflow"), w -> new ArrayList<>()).add(step(row)),
        number);
    return session.query(
        WORKFLOWS,
        row ->
            new Workflow(
                new WorkflowId(shard, row.number("id")),
                row.string("kind"),
                row.string("tenant"),
                row.string("subject"),
                WorkflowState.of(row.string("state"), row.bool("held")),
                row.findString("error"),
                Optional.empty(),
                row.string("operator"),
                row.string("host"),
                row.instant("created_at"),
                row.instant("updated_at"),
                steps.getOrDefault(row.number("id"), List.of())),
        (long) WorkflowLock.CLASS,
        number);
  }

  private static WorkflowStep step(Row row) {
    return new WorkflowStep(
        row.integer("number"),
        row.string("name"),
        row.findString("detail"),
        row.instant("started_at"),
        row.findInstant("finished_at"));
  }

  SortedMap<String, String> definition(long number) {
    SortedMap<String, String> definition = new TreeMap<>();
    session.forEach(
        """
        SELECT d.key, d.value
        FROM ppp.workflow AS w CROSS JOIN LATERAL pg_catalog.jsonb_each_text(w.definition) AS d
        WHERE w.id = ?
        ORDER BY d.key""",
        row -> definition.put(row.string("key"), row.string("value")),
        number);
    return definition;
  }

  /** That a step begins, for the first time or once more. */
  void stepBegins(long workflow, int number, String name) {
    session.update(
        """
        INSERT INTO ppp.workflow_step (workflow, number, name) VALUES (?, ?, ?)
        ON CONFLICT (workflow, number) DO UPDATE SET started_at = clock_timestamp()""",
        workflow,
        number,
        name);
  }

  void stepEnds(long workflow, int number, String detail) {
    session.update(
        """
        UPDATE ppp.workflow_step SET finished_at = clock_timestamp(), detail = ?
        WHERE workflow = ? AND number = ?""",
        detail,
        workflow,
        number);
  }

  void state(long workflow, WorkflowState state) {
    session.update(
        """
        UPDATE ppp.workflow SET state = ?, error = NULL, updated_at = clock_timestamp()
        WHERE id = ?""",
        state.toString(),
        workflow);
  }

  void error(long workflow, String error) {
    session.update(
        "UPDATE ppp.workflow SET error = ?, updated_at = clock_timestamp() WHERE id = ?",
        error,
        workflow);
  }
}
