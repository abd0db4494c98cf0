package org.partitionproxy.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.partitionproxy.sql.Identifier;

class AclTest {

  private static final Identifier ANA = Identifier.of("ana");
  private static final Identifier BEN = Identifier.of("ben");

  @Test
  void addsAndTakesAway() {
    Acl both = Acl.of(ANA, "SELECT", "INSERT").with(BEN, List.of("SELECT"));
    assertThat(both.minus(Acl.of(ANA, "INSERT")).of(ANA)).containsExactly("SELECT");
    assertThat(both.minus(both)).isEqualTo(Acl.NONE);
    assertThat(both.only(List.of(BEN))).isEqualTo(Acl.of(BEN, "SELECT"));
  }

  @Test
  void doesNotCareForTheOrderOfGranting() {
    assertThat(Acl.of(ANA, "SELECT").with(BEN, List.of("INSERT")))
        .isEqualTo(Acl.of(BEN, "INSERT").with(ANA, List.of("SELECT")));
  }
}
