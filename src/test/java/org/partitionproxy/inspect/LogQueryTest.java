package org.partitionproxy.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.partitionproxy.inspect.LogEntries.entry;
import static org.partitionproxy.inspect.LogEntries.statement;

import java.time.Instant;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.partitionproxy.inspect.LogQuery.Verdict;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.Tenant;
import org.partitionproxy.topology.TenantName;

class LogQueryTest {

  private static final ServerDefinition SHARD =
      ServerDefinition.local(new ServerName("shard3"), 11033, Identifier.of("bookstore"));
  private static final Tenant INITECH =
      new Tenant(new TenantName("initech"), Identifier.of("initech"), SHARD.name());
  private static final LogEntry CHECKPOINT =
      entry("a", "bookstore", "\"error_severity\":\"LOG\",\"message\":\"checkpoint starting\"");

  private static LogQuery query(boolean all, Optional<Tenant> tenant) {
    return new LogQuery(SHARD, tenant, all, Optional.empty(), Optional.empty(), 100);
  }

  private static LogQuery grep(String regex, boolean all) {
    return new LogQuery(
        SHARD,
        Optional.of(INITECH),
        all,
        Optional.empty(),
        Optional.of(Pattern.compile(regex)),
        100);
  }

  private static LogEntry by(String application) {
    return entry(
        "postgres",
        "bookstore",
        "\"error_severity\":\"LOG\",\"message\":\"statement: TABLE initech.books\","
            + "\"application_name\":\""
            + application
            + "\"");
  }

  @Test
  void showsWhatATenantsRoleAsked() {
    assertThat(
            query(false, Optional.of(INITECH))
                .judge(statement("initech_app", "bookstore", "SELECT 1")))
        .isEqualTo(Verdict.SHOWN);
  }

  @Test
  void showsWhatNamesATenantsRelation() {
    assertThat(
            query(false, Optional.of(INITECH))
                .judge(statement("bookstore_app", "bookstore", "TABLE initech.books")))
        .isEqualTo(Verdict.SHOWN);
  }

  @Test
  void countsWhatBelongsToOthers() {
    assertThat(
            query(false, Optional.of(INITECH))
                .judge(statement("cyberdyne_app", "bookstore", "TABLE cyberdyne.books")))
        .isEqualTo(Verdict.LEFT_OUT);
  }

  @Test
  void takesNoNoticeOfOtherDatabasesOfTheServer() {
    LogEntry elsewhere = statement("initech_app", "other", "SELECT 1");
    assertThat(query(false, Optional.of(INITECH)).judge(elsewhere))
        .isEqualTo(Verdict.NOT_ASKED_FOR);
    assertThat(query(true, Optional.of(INITECH)).judge(elsewhere)).isEqualTo(Verdict.SHOWN);
  }

  @Test
  void leavesOutItsOwnCatalogStatementsButNotThoseOfTheVeneer() {
    LogQuery query = query(false, Optional.empty());
    assertThat(query.judge(by("ppp initialize"))).isEqualTo(Verdict.LEFT_OUT);
    assertThat(query.judge(by("ppp"))).isEqualTo(Verdict.LEFT_OUT);
    assertThat(query.judge(by("ppp:6739d1c3.1267"))).isEqualTo(Verdict.SHOWN);
    assertThat(query.judge(by("pppoe"))).isEqualTo(Verdict.SHOWN);
    assertThat(query(true, Optional.empty()).judge(by("ppp plan"))).isEqualTo(Verdict.SHOWN);
  }

  private static LogQuery only(boolean forwarded, boolean errors) {
    return new LogQuery(
        SHARD, Optional.empty(), false, forwarded, errors, Optional.empty(), Optional.empty(), 100);
  }

  @Test
  void showsOnlyWhatAVeneerAsked() {
    LogQuery query = only(true, false);
    assertThat(query.judge(by("ppp:6739d1c3.1267"))).isEqualTo(Verdict.SHOWN);
    assertThat(query.judge(by("ppp:"))).isEqualTo(Verdict.NOT_ASKED_FOR);
    assertThat(query.judge(by("psql"))).isEqualTo(Verdict.NOT_ASKED_FOR);
  }

  @Test
  void showsOnlyWhatFailedWithRefusedConnections() {
    LogQuery query = only(false, true);
    LogEntry refused =
        entry("a", "bookstore", "\"error_severity\":\"FATAL\",\"message\":\"no password\"");
    assertThat(query.judge(refused)).isEqualTo(Verdict.SHOWN);
    assertThat(query(false, Optional.empty()).judge(refused)).isEqualTo(Verdict.NOT_ASKED_FOR);
    assertThat(query.judge(by("psql"))).isEqualTo(Verdict.NOT_ASKED_FOR);
  }

  @Test
  void showsOtherLinesThanStatementsOnlyWhenAskedForAll() {
    assertThat(query(false, Optional.empty()).judge(CHECKPOINT)).isEqualTo(Verdict.NOT_ASKED_FOR);
    assertThat(query(true, Optional.empty()).judge(CHECKPOINT)).isEqualTo(Verdict.SHOWN);
  }

  @Test
  void looksForAPatternInStatementsAndInOtherLinesMessages() {
    LogEntry books = statement("initech_app", "bookstore", "TABLE initech.books");
    assertThat(grep("b..ks$", false).judge(books)).isEqualTo(Verdict.SHOWN);
    assertThat(grep("authors", false).judge(books)).isEqualTo(Verdict.NOT_ASKED_FOR);
    assertThat(grep("checkpoint", true).judge(CHECKPOINT)).isEqualTo(Verdict.SHOWN);
  }

  @Test
  void showsNothingOlderThanAskedFor() {
    Instant written = Instant.parse("2026-11-20T10:43:10.123Z");
    LogEntry entry = statement("initech_app", "bookstore", "SELECT 1");
    assertThat(since(written).judge(entry)).isEqualTo(Verdict.SHOWN);
    assertThat(since(written.plusMillis(1)).judge(entry)).isEqualTo(Verdict.NOT_ASKED_FOR);
  }

  private static LogQuery since(Instant time) {
    return new LogQuery(
        SHARD, Optional.of(INITECH), false, Optional.of(time), Optional.empty(), 100);
  }
}
