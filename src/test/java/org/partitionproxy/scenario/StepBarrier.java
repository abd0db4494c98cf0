package org.partitionproxy.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.partitionproxy.cli.InProcess;
import org.partitionproxy.sql.SqlResource;

/** Stops a workflow at the beginning of a step, or at its end, so that it can be killed there. */
final class StepBarrier {

  private static final SqlResource JOURNAL =
      SqlResource.load("/org/partitionproxy/workflow/workflow.sql");

  private StepBarrier() {}

  /**
   * Nobody gets past it while the session lives that is returned.
   *
   * @param event INSERT for the beginning of the step, UPDATE for its end
   */
  static Client at(Scene scene, String step, String event) throws SQLException {
    return at(
        scene,
        "workflow_step",
        event,
        "NEW.name = '"
            + step
            + "'"
            + (event.equals("UPDATE") ? " AND NEW.finished_at IS NOT NULL" : ""));
  }

  /** The same for what is written to a table of the journal. */
  static Client at(Scene scene, String table, String event, String condition) throws SQLException {
    Client holder = scene.superuser("shard1");
    // The tables of the journal come with the first workflow.
    holder.execute(JOURNAL.text());
    holder.execute(
        """
        DROP FUNCTION IF EXISTS public.barrier() CASCADE;
        CREATE FUNCTION public.barrier() RETURNS trigger LANGUAGE plpgsql AS
          'BEGIN PERFORM pg_advisory_xact_lock_shared(4711); RETURN NEW; END';
        CREATE TRIGGER barrier BEFORE %s ON ppp.%s FOR EACH ROW
          WHEN (%s) EXECUTE FUNCTION public.barrier();
        SELECT pg_advisory_lock(4711)"""
            .formatted(event, table, condition));
    return holder;
  }

  /** What the server sees of {@code kill -9}, at once: ppp's sessions are gone. */
  static void kill(Scene scene, Client holder, String... command) throws Exception {
    CompletableFuture<InProcess.Result> run =
        CompletableFuture.supplyAsync(() -> scene.ppp(command));
    await()
        .pollInterval(Duration.ofMillis(20))
        .until(
            () -> {
              assertThat(run.isDone()).as("%s", run.getNow(null)).isFalse();
              return holder
                  .value(
                      "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND objid = 4711"
                          + " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())")
                  .equals("1");
            });
    holder.execute(
        "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
            + " WHERE application_name LIKE 'ppp %' AND datname = current_database()");
    assertThat(run.join().status()).isNotZero();
    holder.close();
  }
}
