package org.partitionproxy.shell;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Reader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import org.partitionproxy.console.DiagnosticView;
import org.partitionproxy.console.QueryTable;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.topology.Target;

/**
 * {@code ppp psql} without shards.yaml: its first argument is a file that says which servers, and
 * holds the password, so it is deleted before anything else happens.
 */
public final class ShellProgram {

  private ShellProgram() {}

  static void describe(Bookstore bookstore, Path file) throws IOException {
    Properties properties = new Properties();
    properties.setProperty("folder", bookstore.topology().home().toString());
    properties.setProperty("port", Integer.toString(bookstore.shard().port()));
    properties.setProperty("database", bookstore.shard().database().value());
    properties.setProperty("veneer", bookstore.topology().veneer().database().value());
    properties.setProperty("password", bookstore.password().reveal());
    try (Writer out = Files.newBufferedWriter(file)) {
      properties.store(out, null);
    }
  }

  public static void main(String[] arguments) throws IOException {
    Path file = Path.of(arguments[0]);
    Properties properties = new Properties();
    try (Reader in = Files.newBufferedReader(file)) {
      properties.load(in);
    }
    Files.delete(file);
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    try {
      System.exit(open(Bookstore.of(properties), List.of(arguments), err));
    } catch (PppException e) {
      err.print(DiagnosticView.render(e.diagnostics()));
      err.flush();
      System.exit(e.exitCode().status());
    }
  }

  private static int open(Bookstore bookstore, List<String> arguments, PrintWriter err) {
    List<String> commands = new ArrayList<>();
    int rest = arguments.indexOf("--");
    for (int i = 0; i < (rest < 0 ? arguments.size() : rest); i++) {
      if (arguments.get(i).equals("-c")) {
        commands.add(arguments.get(i + 1));
      }
    }
    return new ShellLauncher(
            bookstore.topology(),
            name -> Optional.of(bookstore.password()),
            bookstore.connector(),
            server ->
                arguments.contains("--docker")
                    ? Optional.of("container-of-" + server.name())
                    : Optional.empty(),
            new ShellView(QueryTable::render, d -> DiagnosticView.render(List.of(d))),
            new PrintWriter(System.out, true, StandardCharsets.UTF_8),
            err)
        .open(
            Login.of(
                bookstore.topology(),
                Target.require(bookstore.topology(), arguments.get(1)),
                arguments.contains("--via-veneer")
                    ? Optional.of(Login.Via.VENEER)
                    : Optional.empty(),
                arguments.contains("--admin")),
            new ShellRequest(
                commands,
                rest < 0 ? List.of() : arguments.subList(rest + 1, arguments.size()),
                arguments.contains("--builtin")));
  }
}
