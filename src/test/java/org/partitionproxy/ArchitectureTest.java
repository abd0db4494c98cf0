package org.partitionproxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.partitionproxy.testing.PackageTable;

/** Holds the code to the table of packages in {@code docs/architecture.md}. */
class ArchitectureTest {

  private static final String BASE = "org.partitionproxy.";

  private final JavaClasses classes = new ClassFileImporter().importPath(Path.of("target/classes"));
  private final PackageTable table = PackageTable.parse(read("docs/architecture.md"));

  private static String read(String file) {
    try {
      return Files.readString(Path.of(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void packagesUseOnlyWhatTheirRowsAllow() {
    assertThat(table.complaints(uses())).isEmpty();
  }

  private Map<String, Set<String>> uses() {
    Map<String, Set<String>> uses = new TreeMap<>();
    for (JavaClass type : classes) {
      String user = packageOf(type);
      uses.computeIfAbsent(user, name -> new TreeSet<>());
      for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
        JavaClass target = dependency.getTargetClass().getBaseComponentType();
        if (target.getName().startsWith(BASE) && !packageOf(target).equals(user)) {
          uses.get(user).add(packageOf(target));
        }
      }
    }
    assertThat(uses).as("uses found").containsKeys("cli", "db", "sql");
    return uses;
  }

  /** The first name after the base, for packages in packages belong together. */
  private static String packageOf(JavaClass type) {
    String rest = type.getName().substring(BASE.length());
    return rest.indexOf('.') < 0 ? "(none)" : rest.substring(0, rest.indexOf('.'));
  }

  @Test
  void theRowsAllowNoCycle() {
    assertThat(table.cycle()).isEmpty();
  }

  @Test
  void theRowsNameOnlyPackagesThatHaveARow() {
    assertThat(table.mayUse().values())
        .allSatisfy(used -> assertThat(table.mayUse().keySet()).containsAll(used));
    assertThat(table.mayUse().keySet()).containsAll(table.mayUseJdbc());
  }

  @Test
  void jdbcStaysWhereTheDocumentSays() {
    Set<String> users = new TreeSet<>();
    for (JavaClass type : classes) {
      type.getDirectDependenciesFromSelf().stream()
          .map(dependency -> dependency.getTargetClass().getPackageName())
          .filter(name -> name.equals("java.sql") || name.equals("javax.sql"))
          .findFirst()
          .ifPresent(name -> users.add(packageOf(type)));
    }
    assertThat(users).contains("db");
    assertThat(table.mayUseJdbc()).containsAll(users);
  }

  @Test
  void everyPackageSaysWhatItIsForAndIsNullMarked() {
    Set<String> packages = new TreeSet<>();
    classes.forEach(type -> packages.add(type.getPackageName()));
    assertThat(packages)
        .allSatisfy(
            name ->
                assertThat(classes.getPackage(name).isAnnotatedWith(NullMarked.class))
                    .as("package-info.java of %s", name)
                    .isTrue());
  }

  @Test
  void aTableComplainsAboutWhatItDoesNotAllow() {
    PackageTable small =
        PackageTable.parse(
            """
            ## Packages
            | package | responsibility | may use |
            |---|---|---|
            | `a` | the first, see `b` | `b` |
            | `b` | the second | – |
            | `c` | the third | `d` |
            | `d` | the fourth | `a` `c` |
            ### java.sql
            | `b` | why |
            """);
    assertThat(small.mayUseJdbc()).containsExactly("b");
    assertThat(small.complaints(Map.of("a", Set.of("b", "sql")))).isEmpty();
    assertThat(small.complaints(Map.of("b", Set.of("a"))))
        .isEqualTo(List.of("package b uses a, which its row does not allow"));
    assertThat(small.complaints(Map.of("e", Set.of())))
        .isEqualTo(List.of("package e has no row in docs/architecture.md"));
    assertThat(small.cycle()).isEqualTo("c → d → c");
  }
}
