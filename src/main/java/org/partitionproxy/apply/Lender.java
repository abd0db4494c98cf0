package org.partitionproxy.apply;

import java.util.function.Function;
import org.partitionproxy.db.Session;
import org.partitionproxy.topology.ServerDefinition;

/** Lends sessions in the databases with the tenants' schemas. */
public interface Lender {

  /** The session is the borrower's alone until {@code work} returns. */
  <T> T with(ServerDefinition server, Function<Session, T> work);
}
