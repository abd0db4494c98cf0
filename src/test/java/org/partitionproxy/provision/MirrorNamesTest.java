package org.partitionproxy.provision;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.partitionproxy.provision.MirrorNames.Name;
import org.partitionproxy.provision.MirrorNames.Rename;

class MirrorNamesTest {

  private static final MirrorNames BEFORE = names("items", "id", "note");

  private static final Set<Name> MIRROR =
      new TreeSet<>(
          List.of(new Name("items", ""), new Name("items", "id"), new Name("items", "note")));

  /** A table and its columns, which keep their numbers. */
  private static MirrorNames names(String table, String... columns) {
    Map<MirrorNames.Key, String> names = new LinkedHashMap<>();
    names.put(new MirrorNames.Key("1", 0), table);
    for (int i = 0; i < columns.length; i++) {
      names.put(new MirrorNames.Key("1", i + 1), columns[i]);
    }
    return new MirrorNames(names);
  }

  @Test
  void findsNothingWhereNothingWasRenamed() {
    assertThat(names("items", "id", "note", "more").since(BEFORE, MIRROR)).isEmpty();
    assertThat(names("items", "id").since(BEFORE, MIRROR)).isEmpty();
  }

  @Test
  void renamesColumnsWhileTheTableHasItsOldName() {
    assertThat(names("articles", "id", "remark").since(BEFORE, MIRROR))
        .containsExactly(
            new Rename("items", "note", "remark"), new Rename("items", "", "articles"));
  }

  @Test
  void leavesOutWhatTheMirrorDoesNotHave() {
    assertThat(names("articles", "key", "remark").since(BEFORE, Set.of())).isEmpty();
  }

  @Test
  void leavesOutNamesThatAreTaken() {
    assertThat(names("items", "note", "id").since(BEFORE, MIRROR)).isEmpty();
  }
}
