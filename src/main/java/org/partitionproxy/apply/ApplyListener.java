package org.partitionproxy.apply;

import java.util.List;
import org.partitionproxy.plan.Change;
import org.partitionproxy.topology.ServerDefinition;

/** Told as a plan is applied; called from several threads. */
public interface ApplyListener {

  ApplyListener SILENT = (server, changes) -> {};

  /** These changes are committed. */
  void committed(ServerDefinition server, List<Change> changes);
}
