package org.partitionproxy.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ProjectNameTest {

  @Test
  void beginsWithTheTopologysName() {
    assertThat(name("/nowhere/a", "bookstore")).matches("bookstore-[0-9a-f]{8}");
  }

  @Test
  void differsBetweenCheckoutsOfOneTopology() {
    assertThat(name("/nowhere/a", "bookstore")).isNotEqualTo(name("/nowhere/b", "bookstore"));
  }

  @Test
  void holdsOnlyWhatComposeTakes() {
    assertThat(ProjectName.safe("Bücher & Co")).isEqualTo("b-cher-co");
    assertThat(ProjectName.safe("42")).isEqualTo("ppp42");
    assertThat(ProjectName.safe("x".repeat(200))).hasSize(40);
  }

  private static String name(String home, String topology) {
    return ProjectName.of(DockerTopology.small(Path.of(home), topology));
  }
}
