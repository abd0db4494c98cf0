package org.partitionproxy.provision;

import java.util.Optional;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;

/** Something that is built on a foreign table can't be put back over the changed one. */
final class ViewInTheWay extends PppException {

  private static final long serialVersionUID = 1L;

  private final transient Optional<String> sqlState;

  private ViewInTheWay(Optional<String> sqlState, Diagnostic reason) {
    super(reason);
    this.sqlState = sqlState;
  }

  /** Of the statement that was refused, where there was one. */
  Optional<String> sqlState() {
    return sqlState;
  }

  /** Known before anything was tried. */
  static ViewInTheWay because(String summary) {
    return new ViewInTheWay(
        Optional.empty(), Diagnostic.error(Code.VIEW_IN_THE_WAY, summary, "Nothing was changed."));
  }

  static ViewInTheWay because(String summary, SqlFailure refused) {
    Diagnostic said = refused.diagnostics().get(0);
    return new ViewInTheWay(
        Optional.of(refused.sqlState()),
        Diagnostic.error(Code.VIEW_IN_THE_WAY, summary + ": " + said.summary(), said.hint()));
  }
}
