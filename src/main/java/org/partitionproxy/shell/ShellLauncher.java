package org.partitionproxy.shell;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import org.partitionproxy.db.Connector;
import org.partitionproxy.db.Session;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.secret.Secret;
import org.partitionproxy.secret.SecretName;
import org.partitionproxy.secret.SecretSource;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.Topology;

/**
 * Opens a shell on a server: the psql on the PATH, else the one in the server's container, else our
 * own.
 *
 * @param containers finds the running container of a server that is one
 */
public record ShellLauncher(
    Topology topology,
    SecretSource secrets,
    Connector connector,
    Function<ServerDefinition, Optional<String>> containers,
    ShellView view,
    PrintWriter out,
    PrintWriter err) {

  /**
   * Returns when the shell ends.
   *
   * @return the exit status: psql's own, or 0
   * @throws PppException if the role's password is not known, the server cannot be reached, or a
   *     script of the built-in shell failed
   */
  public int open(Login login, ShellRequest request) {
    Secret password = password(login);
    if (!request.builtIn()) {
      Optional<Path> psql = Programs.find("psql");
      if (psql.isPresent()) {
        return runLocal(psql.get(), login, request, password);
      }
      Optional<PsqlInvocation> inContainer = inContainer(login, request, password);
      if (inContainer.isPresent()) {
        return PsqlProcess.run(inContainer.get());
      }
    }
    refuseArguments(request);
    return runBuiltIn(login, request);
  }

  private Secret password(Login login) {
    if (secrets.find(SecretName.ofRole(login.role().value())).isEmpty()) {
      throw new PppException(
          Diagnostic.error(
              Code.LOGIN_REFUSED,
              "no password is known for role \"" + login.role() + "\"",
              "`ppp initialize` makes the role and its password; `ppp secrets` lists"
                  + " what ppp knows."));
    }
    return connector.passwordOf(login.server(), login.role());
  }

  private int runLocal(Path psql, Login login, ShellRequest request, Secret password) {
    try (PasswordFile file =
        PasswordFile.write(topology.stateFolder(), login.server(), login.role(), password)) {
      return PsqlProcess.run(
          PsqlInvocation.local(psql, login, request, file.path(), Terminals.attached()));
    }
  }

  private Optional<PsqlInvocation> inContainer(Login login, ShellRequest request, Secret password) {
    return Programs.find("docker")
        .flatMap(
            docker ->
                containers
                    .apply(login.server())
                    .map(
                        container ->
                            PsqlInvocation.inContainer(
                                docker,
                                container,
                                login,
                                request,
                                password,
                                Terminals.attached())));
  }

  private static void refuseArguments(ShellRequest request) {
    if (!request.psqlArguments().isEmpty()) {
      throw new PppException(
          Diagnostic.error(
              Code.PSQL_MISSING,
              "the arguments after -- are for psql, and the built-in shell has none",
              "Install PostgreSQL's client programs so that psql is on the PATH (and leave out"
                  + " --builtin), or pass SQL with -c or on standard input."));
    }
  }

  private int runBuiltIn(Login login, ShellRequest request) {
    try (Session session = connector.as(login.server(), login.role())) {
      login.schema().ifPresent(schema -> session.execute(Sql.of("SET search_path TO {}", schema)));
      if (request.commands().isEmpty() && Terminals.attached()) {
        InteractiveShell.run(session, view, login.target(), topology.stateFolder());
        return 0;
      }
      ScriptShell script = new ScriptShell(session, view, out, err);
      if (request.commands().isEmpty()) {
        script.runInput(System.in);
      } else {
        script.runCommands(request.commands());
      }
      return 0;
    }
  }
}
