package org.partitionproxy.provision;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.partitionproxy.job.DeclaredJobs;
import org.partitionproxy.job.PartitionJobs;
import org.partitionproxy.plan.Change;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.state.Cron;
import org.partitionproxy.state.CronJob;
import org.partitionproxy.state.KeptJob;
import org.partitionproxy.state.ScheduledJob;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.Topology;
import org.partitionproxy.topology.TopologyReader;

/**
 * With the file's policies: readings at 23:00 as "readings ahead", clicks every 30 seconds; and
 * with jobs.
 */
class JobPlannerTest {

  private static final Topology POLICIES = topology("partitions.yaml");
  private static final ServerDefinition SHARD = POLICIES.shards().get(0);
  private static final String DATABASE = SHARD.database().value();
  private static final String SUPERUSER = SHARD.user().value();
  private static final String CALL = ScheduledJob.MARK + "CALL ppp.make_all_partitions('readings')";
  private static final List<ScheduledJob> JOBS = new DeclaredJobs(topology("jobs.yaml")).on(SHARD);

  private static Topology topology(String file) {
    return TopologyReader.read(
        Path.of("src/test/resources/topology/valid/" + file), new TreeMap<>());
  }

  private static List<ScheduledJob> partitions(String table) {
    return new PartitionJobs(POLICIES, (shard, name) -> name.value().equals(table)).on(SHARD);
  }

  private static List<ScheduledJob> jobs(String... names) {
    return JOBS.stream().filter(job -> List.of(names).contains(job.name())).toList();
  }

  private static Cron cron(int version, CronJob... jobs) {
    return new Cron(
        Optional.empty(), Cron.Extension.OTHERS, version, false, true, 32, List.of(jobs));
  }

  private static CronJob job(long id, String name, String schedule, String command) {
    return new CronJob(id, name, schedule, command, DATABASE, SUPERUSER, true);
  }

  private static JobPlanner.JobPlan plan(List<ScheduledJob> wanted, Cron cron, KeptJob... kept) {
    return JobPlanner.plan(
        SHARD, wanted, new JobPlanner.ShardJobs(cron, List.of(kept), new TreeSet<>()));
  }

  private static List<String> statements(JobPlanner.JobPlan plan) {
    return plan.on(SHARD).stream()
        .map(Change::statements)
        .flatMap(List::stream)
        .map(Sql::text)
        .toList();
  }

  @Test
  void schedulesWhatIsNotThere() {
    assertThat(statements(plan(partitions("readings"), cron(104))))
        .containsExactly(
            "SELECT cron.schedule_in_database('readings ahead', '0 23 * * *', '"
                + CALL.replace("'", "''")
                + "', '"
                + DATABASE
                + "', '"
                + SUPERUSER
                + "', true)");
  }

  @Test
  void leavesWhatIsAsItShouldBeThoughItBePaused() {
    CronJob paused =
        new CronJob(7, "readings ahead", "0 23 * * *", CALL, DATABASE, SUPERUSER, false);
    assertThat(plan(partitions("readings"), cron(104, paused)).on(SHARD)).isEmpty();
    ScheduledJob own = jobs("daily").get(0);
    assertThat(plan(List.of(own), Cron.absent("has none"), new KeptJob(own, true)).on(SHARD))
        .isEmpty();
  }

  @Test
  void altersWhatHasAnotherTime() {
    CronJob early = job(7, "readings ahead", "0 22 * * *", CALL);
    assertThat(statements(plan(partitions("readings"), cron(104, early))))
        .singleElement()
        .asString()
        .startsWith("SELECT cron.alter_job(7, schedule := '0 23 * * *'");
  }

  @Test
  void takesAwayItsOwnJobsAndNoOthers() {
    Cron cron =
        cron(
            104,
            job(6, "vacuum", "0 3 * * *", "VACUUM"),
            job(7, "readings ahead", "0 23 * * *", CALL),
            new CronJob(8, "elsewhere", "0 23 * * *", CALL, "elsewhere", SUPERUSER, true));
    assertThat(statements(plan(List.of(), cron))).containsExactly("SELECT cron.unschedule(7)");
  }

  @Test
  void runsItselfWhatHasTheNameOfAnothersJob() {
    JobPlanner.JobPlan plan =
        plan(partitions("readings"), cron(104, job(7, "readings ahead", "0 3 * * *", "VACUUM")));
    assertThat(statements(plan)).singleElement().asString().contains("INSERT INTO ppp.job");
    assertThat(plan.notes()).singleElement().asString().contains("that ppp did not make");
  }

  @Test
  void asksForSecondsOnlyWhereTheyAreKnown() {
    assertThat(plan(partitions("clicks"), cron(104)).notes())
        .singleElement()
        .asString()
        .contains("can't count seconds", "`ppp jobs run` runs \"partitions:clicks\"");
    JobPlanner.JobPlan newer = plan(partitions("clicks"), cron(105));
    assertThat(newer.notes()).isEmpty();
    assertThat(newer.on(SHARD)).hasSize(1);
  }

  @Test
  void runsTenantsJobsWithTheirOwnRightsAndOthersAsTheOwner() {
    assertThat(statements(plan(jobs("insert-operations", "nightly-analyze"), cron(106))))
        .extracting(sql -> sql.substring(sql.lastIndexOf(", '") + 3))
        .containsExactly("acme_app', true)", "initech_app', true)", "bookstore_admin', true)");
  }

  @Test
  void leavesTimeoutsToItsOwnRunner() {
    JobPlanner.JobPlan plan = plan(jobs("daily"), cron(106));
    assertThat(statements(plan))
        .hasSize(2)
        .allMatch(sql -> sql.contains("INSERT INTO ppp.job") && sql.contains("7200000"));
    assertThat(plan.notes()).singleElement().asString().contains("keeps no timeout");
  }

  @Test
  void movesAJobFromOneSchedulerToTheOther() {
    ScheduledJob job = jobs("nightly-analyze").get(0);
    assertThat(statements(plan(List.of(job), cron(106), new KeptJob(job, false))))
        .satisfiesExactly(
            one -> assertThat(one).startsWith("SELECT cron.schedule_in_database("),
            two -> assertThat(two).startsWith("DELETE FROM ppp.job "));
  }

  @Test
  void altersWhatDiffersOfThoseThatItRunsItself() {
    ScheduledJob job = jobs("nightly-analyze").get(0);
    ScheduledJob other =
        new ScheduledJob(
            job.title(),
            job.name(),
            job.schema(),
            job.schedule(),
            "VACUUM",
            job.role(),
            Optional.of(Duration.ofSeconds(1)));
    JobPlanner.JobPlan plan =
        plan(List.of(job), Cron.absent("has no pg_cron"), new KeptJob(other, true));
    assertThat(statements(plan)).singleElement().asString().contains("'ANALYZE'", "NULL, true)");
  }

  @Test
  void namesMoreJobsThanRunAtOnce() {
    Cron two = new Cron(Optional.empty(), Cron.Extension.OTHERS, 106, false, true, 2, List.of());
    List<ScheduledJob> three =
        Stream.of(jobs("insert-operations"), jobs("quarters")).flatMap(List::stream).toList();
    assertThat(plan(three, two).notes())
        .singleElement()
        .asString()
        .contains("3 jobs", "runs 2 at a time (cron.max_running_jobs)");
  }

  private static Cron unmade() {
    return new Cron(Optional.empty(), Cron.Extension.MISSING, 106, false, true, 32, List.of());
  }

  @Test
  void makesTheExtensionBeforeItsFirstJobAndNotWithoutOne() {
    assertThat(statements(plan(jobs("nightly-analyze"), unmade())))
        .satisfiesExactly(
            one -> assertThat(one).contains("CREATE EXTENSION pg_cron", Cron.MADE),
            two -> assertThat(two).startsWith("SELECT cron.schedule_in_database("));
    assertThat(statements(plan(jobs("daily"), unmade())))
        .isNotEmpty()
        .noneMatch(sql -> sql.contains("EXTENSION"));
  }

  @Test
  void pausesWhatComesLaterOfAJobThatIsPaused() {
    List<ScheduledJob> wanted = jobs("insert-operations");
    TreeSet<String> names = new TreeSet<>(List.of("insert-operations"));
    assertThat(
            statements(
                JobPlanner.plan(
                    SHARD, wanted, new JobPlanner.ShardJobs(cron(106), List.of(), names))))
        .hasSize(2)
        .allMatch(sql -> sql.endsWith(", false)"));
    KeptJob going = new KeptJob(wanted.get(0), false);
    JobPlanner.ShardJobs kept =
        new JobPlanner.ShardJobs(Cron.absent("has no pg_cron"), List.of(going), names);
    assertThat(statements(JobPlanner.plan(SHARD, wanted, kept)))
        .singleElement()
        .asString()
        .contains("'initech_app', NULL, true)");
  }

  @Test
  void keepsAPauseFromOneSchedulerToTheOther() {
    ScheduledJob job = jobs("nightly-analyze").get(0);
    assertThat(statements(plan(List.of(job), cron(106), new KeptJob(job, true))))
        .element(0)
        .asString()
        .endsWith(", false)");
  }

  @Test
  void saysHowALibraryIsLoaded() {
    assertThat(JobPlanner.mend(SHARD, false)).contains("set shared_preload_libraries there");
    assertThat(JobPlanner.mend(SHARD, true)).contains("`ppp stop` and `ppp start`");
    SortedMap<String, String> settings = new TreeMap<>(Map.of("shared_preload_libraries", "a"));
    ServerDefinition set =
        new ServerDefinition(
            SHARD.name(),
            SHARD.host(),
            SHARD.port(),
            SHARD.address(),
            SHARD.database(),
            SHARD.user(),
            SHARD.password(),
            SHARD.sslMode(),
            SHARD.sslRootCert(),
            settings,
            SHARD.options());
    assertThat(JobPlanner.mend(set, true)).contains("leaves it out").doesNotContain("stop");
  }
}
