package org.partitionproxy.convert;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class SpaceTest {

  private static final long MEGABYTE = 1024 * 1024;

  private static Space space(long bytes, long free) {
    return Space.forCopy("", bytes * MEGABYTE, Optional.of(free * MEGABYTE));
  }

  @Test
  void aCopyNeedsAFifthMoreThanItsTables() {
    assertThat(space(10, 0).needed()).isEqualTo(12 * MEGABYTE);
  }

  @Test
  void refusesACopyThatDoesNotFit() {
    assertThat(space(10, 12).refusal()).isEmpty();
    assertThat(space(10, 11).refusal())
        .hasValueSatisfying(
            refusal -> {
              assertThat(refusal.summary())
                  .isEqualTo(
                      "the copy needs about 12.0 MB in the server's data directory,"
                          + " and 11.0 MB are free there");
              assertThat(refusal.hint()).contains("Make room").contains("--in-place");
            });
  }

  @Test
  void namesTheTablespace() {
    assertThat(Space.forCopy("/small", 10, Optional.of(0L)).refusal())
        .hasValueSatisfying(
            refusal -> assertThat(refusal.summary()).contains("in tablespace \"/small\""));
  }

  @Test
  void doesNotRefuseWhereNobodyKnowsWhatIsFree() {
    assertThat(Space.forCopy("", Long.MAX_VALUE / 4, Optional.empty()).refusal()).isEmpty();
  }
}
