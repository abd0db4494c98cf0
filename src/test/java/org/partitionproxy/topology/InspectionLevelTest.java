package org.partitionproxy.topology;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class InspectionLevelTest {

  @Test
  void addsItsLibraryToThoseThatAreThereAndTakesItAwayAgain() {
    assertThat(InspectionLevel.ROWS.preloaded("")).isEqualTo("auto_explain");
    assertThat(InspectionLevel.ROWS.preloaded("auth_delay, \"My Lib\""))
        .isEqualTo("auth_delay, \"My Lib\", auto_explain");
    assertThat(InspectionLevel.ROWS.preloaded("auto_explain,a")).isEqualTo("a, auto_explain");
    assertThat(InspectionLevel.OFF.preloaded("a, auto_explain")).isEqualTo("a");
    assertThat(InspectionLevel.STATEMENTS.preloaded("auto_explain")).isEmpty();
  }

  @Test
  void neverLogsNestedStatementsNorValuesOfParameters() {
    assertThat(InspectionLevel.ROWS.settings(18))
        .containsEntry("auto_explain.log_nested_statements", "off")
        .containsEntry("log_parameter_max_length", "0")
        .containsEntry("auto_explain.log_parameter_max_length", "0");
  }

  @Test
  void knowsWhatVersion15DoesNotKnow() {
    assertThat(InspectionLevel.settingNames(15))
        .doesNotContain("auto_explain.log_parameter_max_length");
  }
}
