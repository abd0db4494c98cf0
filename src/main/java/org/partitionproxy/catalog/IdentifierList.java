package org.partitionproxy.catalog;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.partitionproxy.sql.Identifier;

/** The value of a list setting such as search_path: names, quoted where they need it. */
final class IdentifierList {

  private static final Pattern NAME = Pattern.compile("\"((?:[^\"]|\"\")+)\"|([^\",\\s]+)");

  private IdentifierList() {}

  static List<Identifier> parse(String value) {
    List<Identifier> names = new ArrayList<>();
    Matcher matcher = NAME.matcher(value);
    while (matcher.find()) {
      String quoted = matcher.group(1);
      names.add(Identifier.of(quoted == null ? matcher.group(2) : quoted.replace("\"\"", "\"")));
    }
    return names;
  }
}
