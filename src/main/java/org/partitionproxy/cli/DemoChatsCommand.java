package org.partitionproxy.cli;

import static org.partitionproxy.cli.Usage.usage;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.partitionproxy.console.ChatsView;
import org.partitionproxy.db.Pause;
import org.partitionproxy.db.Session;
import org.partitionproxy.demo.ChatDays;
import org.partitionproxy.demo.ChatLoad;
import org.partitionproxy.demo.ChatWriter;
import org.partitionproxy.demo.DemoFolder;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.topology.Topology;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ppp demo chats}: big tables are partitioned while they are written. */
@Command(
    name = "chats",
    description = {
      "720 chats with a million messages, partitioned by day while an application writes.",
      "Starts servers of its own, fills them, converts both tables, counts the rows of each",
      "partition, and stops the servers. Each run begins anew.",
      "It works on a copy of examples/chats and never on a shards.yaml of yours."
    })
final class DemoChatsCommand implements Callable<Integer> {

  private static final String EXAMPLE = "chats";
  private static final Duration BEFORE_AND_AFTER = Duration.ofSeconds(1);

  @Mixin DemoOptions options = new DemoOptions();
  @Mixin Console console = new Console();

  @Option(
      names = "--days",
      paramLabel = "N",
      defaultValue = "30",
      description =
          "So many days with 24 chats each, of 1,441 messages each. Default: ${DEFAULT-VALUE}")
  int days = 30;

  @Override
  public Integer call() {
    options.check();
    if (days < 1 || days > ChatLoad.MOST_DAYS) {
      throw usage(
          "--days is \"" + days + "\"", "It is a number from 1 to " + ChatLoad.MOST_DAYS + ".");
    }
    ChatLoad load = new ChatLoad(days);
    DemoHome home = DemoHome.of(EXAMPLE, System.getenv());
    DemoFolder folder = options.folder(EXAMPLE, home);
    return folder.alone(
        () -> {
          // The tables of the last run are partitioned already.
          DemoStage.clear(folder);
          folder.write(
              home.example().topology(),
              load.migrations(home.example()),
              DemoStage.portsInUse(folder));
          return new DemoStage(folder, options, console)
              .show(workspace -> new Chats(workspace, load));
        });
  }

  /** The chats on a stage. */
  private final class Chats implements DemoStage.Play {

    private final Workspace workspace;
    private final ChatLoad load;
    private final ChatWriter writer;
    private volatile boolean written;
    private @Nullable ChatDays found;
    private long changes;

    Chats(Workspace workspace, ChatLoad load) {
      this.workspace = workspace;
      this.load = load;
      this.writer = new ChatWriter(load, this::connect);
    }

    private Session connect() {
      Topology topology = workspace.topology();
      return workspace.connector().as(topology.veneer(), topology.appRole());
    }

    @Override
    public void run(DemoSteps steps, BooleanSupplier ended) {
      steps.say("Convert both tables while an application goes on to write messages.");
      writer.start();
      written = true;
      Pause.of(BEFORE_AND_AFTER);
      steps.run(
          "partitions",
          "convert",
          "chats",
          "chat_messages",
          "--tenant",
          "acme",
          "--by",
          "created_at",
          "--every",
          "1 day",
          "--ahead",
          "0",
          "--order-by",
          "chat_id,created_at",
          "--yes");
      steps.say("Tell the veneer of their new keys.");
      steps.run("initialize");
      Pause.of(BEFORE_AND_AFTER);
      steps.say("The rows of each partition, counted.");
      if (steps.status() == 0 && !ended.getAsBoolean()) {
        writer.close();
        count();
      }
    }

    private void count() {
      Topology topology = workspace.topology();
      try (Session shard =
          workspace.connector().superuser(topology.shardOf(topology.tenants().get(0)))) {
        ChatDays read = ChatDays.read(shard);
        changes = ChatWriter.changesIn(shard);
        found = read;
        console.out(ChatsView.render(read, changes));
      }
    }

    @Override
    public void close() {
      writer.close();
      if (written) {
        console.out(ChatsView.summary(writer.done()));
      }
    }

    @Override
    public int verdict() {
      Optional<String> problem = problem();
      problem.ifPresent(
          summary ->
              console.problems(
                  List.of(
                      Diagnostic.error(
                          Code.CHATS_DIFFER,
                          summary,
                          "Please report it, with all that the demo printed."))));
      return problem.isEmpty() ? 0 : Code.CHATS_DIFFER.exitCode().status();
    }

    private Optional<String> problem() {
      if (!writer.isEnded()) {
        return Optional.of("the application could not write: " + writer.done().problem());
      }
      if (!ChatDays.expected(load).equals(found)) {
        return Optional.of("the rows of these partitions are not those that were written");
      }
      return changes == writer.done().changes()
          ? Optional.empty()
          : Optional.of("the messages do not show the changes that were made to them");
    }
  }
}
