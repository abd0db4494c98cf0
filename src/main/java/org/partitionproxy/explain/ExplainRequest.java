package org.partitionproxy.explain;

import java.util.List;
import java.util.Optional;
import org.partitionproxy.check.AskedStatement;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.inspect.Values;
import org.partitionproxy.script.Statement;
import org.partitionproxy.script.StatementSplitter;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.topology.ServerDefinition;

/**
 * What is to be explained.
 *
 * @param veneer where it is planned
 * @param role as which
 * @param parameters for {@code $1} and so on, an empty one for NULL; none at all for a plan that
 *     fits any
 * @param values in expressions, and in what servers say of errors
 */
public record ExplainRequest(
    ServerDefinition veneer,
    Identifier role,
    AskedStatement statement,
    List<Optional<String>> parameters,
    Execution execution,
    Values values) {

  public ExplainRequest {
    parameters = List.copyOf(parameters);
  }

  /** A statement that is planned only, for any parameters. */
  public static ExplainRequest planned(
      ServerDefinition veneer, Identifier role, String text, Values values) {
    return new ExplainRequest(veneer, role, single(text), List.of(), Execution.NONE, values);
  }

  /**
   * @throws PppException if a text is not exactly one statement
   */
  public static AskedStatement single(String text) {
    List<Statement> statements = StatementSplitter.split(text);
    if (statements.size() != 1) {
      throw notSingle("there are " + statements.size() + " statements to explain");
    }
    return new AskedStatement(
        "statement", statements.get(0).withoutLeadingComments(), Optional.empty());
  }

  /**
   * @throws PppException if there is none, or more than one
   */
  public static AskedStatement single(List<AskedStatement> statements, String source) {
    if (statements.size() != 1) {
      throw notSingle("\"" + source + "\" has " + statements.size() + " statements");
    }
    return statements.get(0);
  }

  private static PppException notSingle(String summary) {
    return new PppException(
        Diagnostic.error(
            Code.USAGE,
            summary,
            "`ppp explain` takes one statement; its semicolon may be left out."));
  }
}
