package org.partitionproxy.testing;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * The tables of {@code docs/architecture.md}.
 *
 * @param mayUse of each package with a row, the packages of its third column
 * @param mayUseJdbc the packages of the table under {@code ### java.sql}
 */
public record PackageTable(Map<String, Set<String>> mayUse, Set<String> mayUseJdbc) {

  /** What every package may use. */
  private static final Set<String> OPEN_TO_ALL = new LinkedHashSet<>(List.of("sql", "diagnostic"));

  private static final Pattern NAME = Pattern.compile("`([a-z]+)`");

  public static PackageTable parse(String markdown) {
    Map<String, Set<String>> mayUse = new LinkedHashMap<>();
    Set<String> mayUseJdbc = new LinkedHashSet<>();
    String section = "";
    for (String line : markdown.lines().toList()) {
      if (line.startsWith("#")) {
        section = line;
      }
      List<String> cells = Arrays.asList(line.split("\\|", -1));
      if (cells.size() < 3 || names(cells.get(1)).size() != 1) {
        continue;
      }
      String name = names(cells.get(1)).get(0);
      if (section.equals("## Packages")) {
        mayUse.put(name, new LinkedHashSet<>(names(cells.get(3))));
      } else if (section.equals("### java.sql")) {
        mayUseJdbc.add(name);
      }
    }
    return new PackageTable(mayUse, mayUseJdbc);
  }

  private static List<String> names(String cell) {
    return NAME.matcher(cell).results().map((MatchResult match) -> match.group(1)).toList();
  }

  /** Sentences about what this table does not allow; empty if all is well. */
  public List<String> complaints(Map<String, Set<String>> uses) {
    List<String> complaints = new ArrayList<>();
    uses.forEach(
        (user, used) -> {
          if (!mayUse.containsKey(user)) {
            complaints.add("package " + user + " has no row in docs/architecture.md");
            return;
          }
          for (String name : used) {
            if (!mayUse.get(user).contains(name) && !OPEN_TO_ALL.contains(name)) {
              complaints.add(
                  "package " + user + " uses " + name + ", which its row does not allow");
            }
          }
        });
    return complaints;
  }

  /** A cycle that the rows would allow, as {@code a → b → a}; empty if there is none. */
  public String cycle() {
    for (String start : mayUse.keySet()) {
      String found = cycle(start, new LinkedHashSet<>());
      if (!found.isEmpty()) {
        return found;
      }
    }
    return "";
  }

  private String cycle(String name, Set<String> path) {
    if (!path.add(name)) {
      return String.join(" → ", path) + " → " + name;
    }
    for (String next : mayUse.getOrDefault(name, Set.of())) {
      String found = cycle(next, path);
      if (!found.isEmpty()) {
        return found;
      }
    }
    path.remove(name);
    return "";
  }
}
