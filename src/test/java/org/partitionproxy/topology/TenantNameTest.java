package org.partitionproxy.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TenantNameTest {

  @ParameterizedTest
  @ValueSource(strings = {"", "-a", ".", "_a", "a b", "a/b", "a\n", "a:b", "😀"})
  void refusesWhatIsNoName(String value) {
    assertThat(TenantName.isValid(value)).isFalse();
    assertThatIllegalArgumentException().isThrownBy(() -> new TenantName(value));
  }

  @ParameterizedTest
  @CsvSource({
    "bluth-co, bluth_co",
    "Globex.Corp, globex_corp",
    "9gag, 9gag",
    "a_b, a_b",
    "Käse-語, käse_語",
    "II, ii"
  })
  void makesTheSchemaFromTheName(String name, String schema) {
    assertThat(new TenantName(name).defaultSchema()).isEqualTo(schema);
  }

  @Test
  void countsItsLengthInCodePoints() {
    String gothic = "\uD800\uDF30";
    assertThat(TenantName.isValid(gothic.repeat(63))).isTrue();
    assertThat(TenantName.isValid(gothic.repeat(64))).isFalse();
  }
}
