package org.partitionproxy.explain;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RemoteSqlTest {

  @Test
  void findsEachClause() {
    RemoteSql sql =
        new RemoteSql(
            "SELECT n FROM s.t WHERE ((a = 1)) AND ((b = 2)) GROUP BY 1 HAVING ((count(*) > 3))"
                + " ORDER BY n ASC NULLS LAST LIMIT 5::bigint");
    assertThat(sql.find("WHERE")).contains("((a = 1)) AND ((b = 2))");
    assertThat(sql.find("GROUP BY")).contains("1");
    assertThat(sql.find("ORDER BY")).contains("n ASC NULLS LAST");
    assertThat(sql.find("LIMIT")).contains("5::bigint");
    assertThat(sql.find("OFFSET")).isEmpty();
  }

  @Test
  void leavesOutWhatIsQuotedOrInParentheses() {
    RemoteSql sql =
        new RemoteSql(
            "SELECT \"ORDER BY\" FROM (s.a r1 INNER JOIN s.b r2 ON (((r1.t = ' LIMIT 1 (')))) FOR"
                + " UPDATE OF r1");
    assertThat(sql.find("ORDER BY")).isEmpty();
    assertThat(sql.find("LIMIT")).isEmpty();
    assertThat(sql.find("FOR UPDATE")).contains("OF r1");
  }
}
