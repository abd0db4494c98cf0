package org.partitionproxy.topology;

import java.util.Locale;
import java.util.Optional;
import org.partitionproxy.diagnostic.Code;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.exc.StreamConstraintsException;

/** Why a text is not YAML, at the place where it stops to be. */
record SyntaxProblem(Code code, Place place, String summary, String hint) {

  /** The text is read only up to a byte that is none. */
  static Optional<SyntaxProblem> ofCut(SourceText source) {
    return source
        .cut()
        .map(
            cut ->
                switch (cut) {
                  case NOT_UTF8 ->
                      new SyntaxProblem(
                          Code.NOT_TEXT,
                          source.end(),
                          "this byte is not UTF-8",
                          "Save the file as UTF-8.");
                  case CONTROL_CHARACTER ->
                      new SyntaxProblem(
                          Code.NOT_TEXT,
                          source.end(),
                          "a control character stands here",
                          "Remove it; where a value needs it, write it as \\x.. in double quotes.");
                });
  }

  /**
   * Jackson tells the place of the last good token; the true one is in the cause, the exception of
   * the YAML library.
   */
  static SyntaxProblem of(JacksonException e, SourceText source) {
    if (e.getCause() instanceof MarkedYamlEngineException marked) {
      return of(marked, source);
    }
    int line = Math.max(1, e.getLocation() == null ? 1 : e.getLocation().getLineNr());
    int column = Math.max(1, e.getLocation() == null ? 1 : e.getLocation().getColumnNr());
    Place place = new Place(line, column, 1);
    if (e instanceof StreamConstraintsException || e.getCause() != null) {
      return new SyntaxProblem(
          Code.YAML_SYNTAX,
          place,
          "this is not the YAML of a topology",
          "Look for brackets that are opened again and again, and for very long numbers.");
    }
    return new SyntaxProblem(
        Code.YAML_SYNTAX,
        place,
        "a key is not plain text",
        "Write keys as words, without aliases, lists or maps in them.");
  }

  private static SyntaxProblem of(MarkedYamlEngineException e, SourceText source) {
    Optional<Mark> context = e.getContextMark();
    boolean endsTooEarly = e.getProblem().contains("stream");
    Place place =
        (endsTooEarly && context.isPresent() ? context : e.getProblemMark())
            .map(m -> new Place(m.getLine() + 1, m.getColumn() + 1, 1))
            .orElseGet(source::end);
    Optional<Place> tab = tabBefore(place, source);
    if (tab.isPresent()) {
      return new SyntaxProblem(
          Code.YAML_TAB,
          tab.get(),
          "a tab stands where YAML allows only spaces",
          "Indent with spaces.");
    }
    return new SyntaxProblem(
        Code.YAML_SYNTAX,
        place,
        "this is not YAML: " + (endsTooEarly ? "what begins here does not end" : problem(e)),
        hint(endsTooEarly ? Optional.empty() : context, place, source));
  }

  /** A tab in the white space that the place's line begins with, or at the place itself. */
  private static Optional<Place> tabBefore(Place place, SourceText source) {
    String line = source.line(place.line());
    for (int i = 0; i < line.length() && Character.isWhitespace(line.charAt(i)); i++) {
      if (line.charAt(i) == '\t') {
        return Optional.of(new Place(place.line(), i + 1, 1));
      }
    }
    int index = source.index(place.line(), place.column());
    return source.text().startsWith("\t", index) ? Optional.of(place) : Optional.empty();
  }

  private static String problem(MarkedYamlEngineException e) {
    if (e.getProblem().startsWith("expected <block end>")) {
      return "this does not line up with what is above it";
    }
    if (e.getProblem().startsWith("expected '<document start>'")) {
      return "something follows the document's end";
    }
    if (e.getProblem().startsWith("expected ','")) {
      return "a comma or a closing bracket is missing before this";
    }
    if (e.getProblem().startsWith("mapping values")) {
      return "a value goes on with a colon, or begins in the wrong column";
    }
    String first = e.getProblem().lines().findFirst().orElse("").replace("'", "\"");
    int advice = first.indexOf(". (");
    String text = advice < 0 ? first : first.substring(0, advice);
    return text.isEmpty() ? "" : text.substring(0, 1).toLowerCase(Locale.ROOT) + text.substring(1);
  }

  private static String hint(Optional<Mark> context, Place place, SourceText source) {
    if (source.line(place.line()).contains("${")) {
      return "Inside braces, put a reference to the environment in quotes: \"${NAME}\".";
    }
    String started =
        context.map(m -> "; it is part of what begins in line " + (m.getLine() + 1)).orElse("");
    return "Check the indentation, the quotes and the braces here" + started + ".";
  }

  void addTo(Problems problems) {
    problems.add(code, place, summary, hint);
  }
}
