package org.partitionproxy.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.partitionproxy.inspect.Inspection;
import org.partitionproxy.inspect.ServerInspection;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.testing.GoldenFile;
import org.partitionproxy.topology.InspectionLevel;
import org.partitionproxy.topology.ServerName;

class InspectionViewTest {

  private static final Inspection INSPECTION =
      new Inspection(
          List.of(
              new ServerInspection(
                  ServerName.VENEER,
                  Optional.of(InspectionLevel.ROWS),
                  Optional.of(InspectionLevel.STATEMENTS),
                  List.of(
                      new ServerInspection.OfRole(
                          Identifier.of("globex_app"), InspectionLevel.OFF)),
                  List.of(),
                  List.of(),
                  Optional.of(123_456_789L),
                  Optional.of(1L << 30)),
              new ServerInspection(
                  new ServerName("shard1"),
                  Optional.of(InspectionLevel.OFF),
                  Optional.of(InspectionLevel.STATEMENTS),
                  List.of(),
                  List.of("log_min_duration_statement = '-1'"),
                  List.of(
                      "ALTER SYSTEM SET \"log_min_duration_statement\" = '0';",
                      "SELECT pg_reload_conf();"),
                  Optional.empty(),
                  Optional.empty()),
              new ServerInspection(
                  new ServerName("shard2"),
                  Optional.empty(),
                  Optional.empty(),
                  List.of(),
                  List.of(),
                  List.of(),
                  Optional.empty(),
                  Optional.empty())),
          List.of());

  @Test
  void showsWhatIsMissingUnderTheTableAsSqlThatCanBeRun() {
    assertThat(InspectionView.render(INSPECTION))
        .endsWith(
            """

            -- shard1 has log_min_duration_statement = '-1'
            ALTER SYSTEM SET "log_min_duration_statement" = '0';
            SELECT pg_reload_conf();
            """)
        .containsPattern("(?m)^veneer +rows +statements +118 MB +1024 MB$")
        .containsPattern("(?m)^  globex_app +off +- +- +-$")
        .containsPattern("(?m)^shard2 +- +- +- +-$");
  }

  @Test
  void showsTheSameAsJson() {
    GoldenFile.assertMatches("inspection.json", InspectionView.json(INSPECTION));
  }
}
