package org.partitionproxy.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.partitionproxy.provision.RotationResult;
import org.partitionproxy.secret.SecretName;
import org.partitionproxy.testing.GoldenFile;

class RotationViewTest {

  private static List<SecretName> names(int count) {
    return IntStream.rangeClosed(1, count).mapToObj(i -> new SecretName("t" + i)).toList();
  }

  @Test
  void tellsWhatWasFinishedAndWhatWasDone() {
    assertThat(RotationView.text(new RotationResult(names(1), names(12))))
        .isEqualTo(
            """
            Finished: new passwords for t1.
            Done: new passwords for t1, t2, t3, t4, t5, t6, t7, t8, t9, t10 and 2 more.
            `ppp secrets show NAME` prints one.
            """);
    assertThat(RotationView.text(new RotationResult(List.of(), List.of())))
        .isEqualTo("Nothing to do: none of these roles is on a server.\n");
  }

  @Test
  void showsTheSameAsJson() {
    GoldenFile.assertMatches(
        "rotation.json", RotationView.json(new RotationResult(names(1), names(2))));
  }
}
