package org.partitionproxy.provision;

import java.util.List;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.TenantName;

/**
 * The mirrored tables whose statistics no longer fit.
 *
 * @param tables by veneer and tenant, as in the file
 * @param notes what is left out, and why
 * @param unreachable servers that did not answer
 */
public record Analysis(List<StaleTable> tables, List<String> notes, List<Diagnostic> unreachable) {

  public Analysis {
    tables = List.copyOf(tables);
    notes = List.copyOf(notes);
    unreachable = List.copyOf(unreachable);
  }

  /**
   * One table on one veneer.
   *
   * @param rows on its shard, about
   * @param changed rows that are other ones since it was analyzed; all of them if it never was
   * @param changes the shard's counter, for the ledger
   */
  public record StaleTable(
      ServerName veneer,
      TenantName tenant,
      QualifiedName table,
      Reason reason,
      long rows,
      long changed,
      long changes) {}

  /** Why a table is analyzed. */
  public enum Reason {
    NEVER("never analyzed"),
    CHANGED("changed"),
    ASKED("asked for");

    private final String text;

    Reason(String text) {
      this.text = text;
    }

    @Override
    public String toString() {
      return text;
    }
  }
}
