package org.partitionproxy.cli;

import java.util.List;
import java.util.Optional;
import org.partitionproxy.db.Connector;
import org.partitionproxy.db.Session;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.Tenant;

/** Something that is run to be watched. */
interface TracedWork extends AutoCloseable {

  /** As the server calls a script's session in its log: not as ppp's own, which are not traced. */
  String APPLICATION = "ppp-trace-run";

  /** The session of the veneer, by its name in the log, where it is a single one. */
  Optional<String> session();

  /**
   * Returns at its end.
   *
   * @return an exit status
   */
  int run();

  @Override
  void close();

  /** A program, and whatever it asks over whichever sessions. */
  static TracedWork of(List<String> command) {
    return new TracedWork() {
      @Override
      public Optional<String> session() {
        return Optional.empty();
      }

      @Override
      public int run() {
        return TracedProcess.run(command);
      }

      @Override
      public void close() {}
    };
  }

  /**
   * A file of SQL, over a session that is open from now on.
   *
   * @param tenant as whose role; empty for the role for all tenants
   */
  static TracedWork of(
      TracedScript script, Workspace workspace, ServerDefinition veneer, Optional<Tenant> tenant) {
    Identifier role = tenant.map(Tenant::role).orElse(workspace.topology().appRole());
    Session session = new Connector(workspace.secrets(), APPLICATION).as(veneer, role);
    tenant.ifPresent(t -> session.execute(Sql.of("SET search_path TO {}", t.schema())));
    String name = nameOf(session, workspace);
    return new TracedWork() {
      @Override
      public Optional<String> session() {
        return Optional.of(name);
      }

      @Override
      public int run() {
        script.run(session);
        return 0;
      }

      @Override
      public void close() {
        session.close();
      }
    };
  }

  private static String nameOf(Session session, Workspace workspace) {
    try (Session superuser = workspace.connector().superuser(session.server())) {
      return TracedScript.nameOf(session, superuser);
    }
  }
}
