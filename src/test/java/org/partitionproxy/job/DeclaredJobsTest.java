package org.partitionproxy.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.partitionproxy.state.ScheduledJob;
import org.partitionproxy.topology.Topology;
import org.partitionproxy.topology.TopologyReader;

/** With the jobs of docs/jobs.md. */
class DeclaredJobsTest {

  private static final Pattern YAML = Pattern.compile("(?ms)^```yaml$(.*?)^```$");

  @TempDir private Path folder;

  private Topology documented() throws IOException {
    Matcher yaml = YAML.matcher(Files.readString(Path.of("docs/jobs.md")));
    assertThat(yaml.find()).isTrue();
    return topology(yaml.group(1));
  }

  private Topology topology(String jobs) throws IOException {
    Path file = folder.resolve("shards.yaml");
    Files.writeString(
        file,
        """
        name: bookstore
        migrations: none
        veneer: { port: 14797 }
        shards: { shard1: { port: 29948 }, shard2: { port: 29949 } }
        tenants: { acme: { shard: shard1 }, bolt: { shard: shard1 }, cato: { shard: shard2 } }
        """
            + jobs);
    return TopologyReader.read(file, new TreeMap<>());
  }

  @Test
  void areOnePerTenantOrShard() throws IOException {
    Topology topology = documented();
    assertThat(new DeclaredJobs(topology).on(topology.shards().get(0)))
        .extracting(ScheduledJob::title)
        .containsExactly(
            "insert-operations of acme in bookstore",
            "insert-operations of bolt in bookstore",
            "update-operations of acme in bookstore",
            "update-operations of bolt in bookstore",
            "nightly-analyze in bookstore");
    assertThat(new DeclaredJobs(topology).on(topology.shards().get(1)))
        .extracting(job -> job.role().value())
        .containsExactly("cato_app", "cato_app", "bookstore_admin");
  }

  @Test
  void areOnlyForThoseThatAreSelected() throws IOException {
    Topology topology =
        topology(
            """
            jobs:
              some: { every: 1 hour, sql: SELECT 1, on: tenants, tenants: [cato, acme] }
              there: { every: 1 hour, sql: SELECT 1, on: tenants, shards: [shard2] }
              once: { every: 1 hour, sql: SELECT 1, on: shards, shards: [shard1] }
            """);
    assertThat(topology.shards())
        .flatExtracting(shard -> new DeclaredJobs(topology).on(shard))
        .extracting(ScheduledJob::title)
        .containsExactly(
            "some of acme in bookstore",
            "once in bookstore",
            "some of cato in bookstore",
            "there of cato in bookstore");
  }
}
