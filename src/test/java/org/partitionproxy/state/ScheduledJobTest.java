package org.partitionproxy.state;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScheduledJobTest {

  @ParameterizedTest
  @CsvSource({
    "1 second, 1 second",
    "59 seconds, 59 seconds",
    "1 minute, * * * * *",
    "10 minutes, */10 * * * *",
    "1 hour, 0 * * * *",
    "6 hours, 0 */6 * * *",
    "1 day, 0 0 * * *",
    "*/5 3 * * mon, */5 3 * * mon"
  })
  void tellsPgCronOfIntervalsByItsFields(String schedule, String inCron) {
    assertThat(ScheduledJob.inCron(schedule)).isEqualTo(inCron);
  }
}
