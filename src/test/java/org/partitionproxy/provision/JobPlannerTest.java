package org.partitionproxy.provision;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.partitionproxy.plan.Change;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.state.ScheduledJob;
import org.partitionproxy.topology.PartitionRules;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.Topology;
import org.partitionproxy.topology.TopologyReader;

/** With the file's policies: readings at 23:00 as "readings ahead", clicks every 30 seconds. */
class JobPlannerTest {

  private static final Topology TOPOLOGY =
      TopologyReader.read(
          Path.of("src/test/resources/topology/valid/partitions.yaml"), new TreeMap<>());
  private static final ServerDefinition SHARD = TOPOLOGY.shards().get(0);
  private static final String DATABASE = SHARD.database().value();
  private static final String CALL = ScheduledJob.MARK + "CALL ppp.make_all_partitions('readings')";

  private static JobPlanner.Jobs plan(int version, List<String> tables, ScheduledJob... jobs) {
    List<PartitionRules> scheduled =
        TOPOLOGY.partitions().stream()
            .filter(rules -> tables.contains(rules.table().value()))
            .toList();
    return JobPlanner.plan(
        SHARD, scheduled, new JobPlanner.Cron(Optional.of(version), List.of(jobs)), false);
  }

  private static ScheduledJob job(long id, String name, String schedule, String command) {
    return new ScheduledJob(id, name, schedule, command, DATABASE);
  }

  private static List<String> statements(JobPlanner.Jobs jobs) {
    return jobs.changes().stream()
        .map(Change::statements)
        .flatMap(List::stream)
        .map(Sql::text)
        .toList();
  }

  @Test
  void schedulesWhatIsNotThere() {
    assertThat(statements(plan(104, List.of("readings"))))
        .containsExactly(
            "SELECT cron.schedule_in_database('readings ahead', '0 23 * * *', '"
                + CALL.replace("'", "''")
                + "', '"
                + DATABASE
                + "')");
  }

  @Test
  void leavesWhatIsAsItShouldBe() {
    assertThat(plan(104, List.of("readings"), job(7, "readings ahead", "0 23 * * *", CALL)))
        .isEqualTo(JobPlanner.Jobs.NONE);
  }

  @Test
  void schedulesAnewWhatHasAnotherTime() {
    JobPlanner.Jobs jobs =
        plan(104, List.of("readings"), job(7, "readings ahead", "0 22 * * *", CALL));
    assertThat(statements(jobs)).singleElement().asString().contains("'0 23 * * *'");
  }

  @Test
  void takesAwayItsOwnJobsAndNoOthers() {
    JobPlanner.Jobs jobs =
        plan(
            104,
            List.of(),
            job(6, "vacuum", "0 3 * * *", "VACUUM"),
            job(7, "readings ahead", "0 23 * * *", CALL),
            new ScheduledJob(8, "of another shard", "0 23 * * *", CALL, "elsewhere"));
    assertThat(statements(jobs)).containsExactly("SELECT cron.unschedule(7)");
  }

  @Test
  void leavesAnothersJobOfTheSameName() {
    JobPlanner.Jobs jobs =
        plan(104, List.of("readings"), job(7, "readings ahead", "0 3 * * *", "VACUUM"));
    assertThat(jobs.changes()).isEmpty();
    assertThat(jobs.notes()).singleElement().asString().contains("that ppp did not make");
  }

  @Test
  void asksForSecondsOnlyWhereTheyAreKnown() {
    assertThat(plan(104, List.of("clicks")).notes())
        .singleElement()
        .asString()
        .contains("can't count seconds");
    assertThat(plan(105, List.of("clicks")).changes()).hasSize(1);
  }
}
