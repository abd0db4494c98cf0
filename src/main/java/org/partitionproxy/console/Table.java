package org.partitionproxy.console;

import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;
import com.github.freva.asciitable.HorizontalAlign;
import com.github.freva.asciitable.OverflowBehaviour;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Rows under upper-case headers, aligned by spaces alone, so that {@code awk} can read them: {@code
 * new Table().column("tenant").numbers("tables").row("acme", 10).render()}.
 */
public final class Table {

  private static final String NOTHING = "-";

  private final List<Column> columns = new ArrayList<>();
  private final List<Object[]> rows = new ArrayList<>();

  /** A column of texts, aligned left. */
  public Table column(String header) {
    return add(header, HorizontalAlign.LEFT);
  }

  /** A column of numbers or sizes, aligned right. */
  public Table numbers(String header) {
    return add(header, HorizontalAlign.RIGHT);
  }

  private Table add(String header, HorizontalAlign align) {
    columns.add(
        new Column()
            .header(header.toUpperCase(Locale.ROOT))
            .headerAlign(align)
            .dataAlign(align)
            .maxWidth(Integer.MAX_VALUE, OverflowBehaviour.CLIP_RIGHT));
    return this;
  }

  /**
   * @param cells one for each column, shown by {@code toString}; null, an empty optional and an
   *     empty text show as {@code -}
   */
  public Table row(@Nullable Object... cells) {
    if (cells.length != columns.size()) {
      throw new IllegalArgumentException(
          cells.length + " cells for " + columns.size() + " columns");
    }
    Object[] texts = new Object[cells.length];
    for (int i = 0; i < cells.length; i++) {
      texts[i] = text(cells[i]);
    }
    rows.add(texts);
    return this;
  }

  private static String text(@Nullable Object cell) {
    Object value = cell instanceof Optional<?> optional ? optional.orElse(null) : cell;
    String text = value == null ? "" : Texts.oneLine(value.toString());
    return text.isEmpty() ? NOTHING : text;
  }

  /** The header and the rows, each line ended; the header alone where there are no rows. */
  public String render() {
    String padded =
        AsciiTable.builder()
            .border(AsciiTable.NO_BORDERS)
            .lineSeparator("\n")
            .data(columns.toArray(Column[]::new), rows.toArray(Object[][]::new))
            .asString();
    return padded
        .lines()
        .map(line -> line.substring(1).stripTrailing() + "\n")
        .collect(Collectors.joining());
  }
}
