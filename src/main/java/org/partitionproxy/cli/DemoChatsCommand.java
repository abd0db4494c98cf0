package org.partitionproxy.cli;

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
import org.partitionproxy.demo.ChatWriter;
import org.partitionproxy.demo.DemoFolder;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.topology.Topology;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

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

  @Override
  public Integer call() {
    options.check();
    DemoHome home = DemoHome.of(EXAMPLE, System.getenv());
    DemoFolder folder = options.folder(EXAMPLE, home);
    return folder.alone(
        () -> {
          if (folder.isMade()) {
            // The tables of the last run are partitioned already.
            Main.run("stop", "--delete-data", "--yes", "--config", folder.file().toString());
          }
          folder.write(home.example(), home.example().topology(), DemoStage.portsInUse(folder));
          return new DemoStage(folder, options, console).show(Chats::new);
        });
  }

  /** The chats on a stage. */
  private final class Chats implements DemoStage.Play {

    private final Workspace workspace;
    private final ChatWriter writer;
    private volatile boolean written;
    private @Nullable ChatDays days;

    Chats(Workspace workspace) {
      this.workspace = workspace;
      this.writer = new ChatWriter(this::connect);
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
        ChatDays found = ChatDays.read(shard);
        days = found;
        console.out(ChatsView.render(found));
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
      Optional<String> problem =
          writer.isEnded()
              ? ChatDays.expected().equals(days)
                  ? Optional.empty()
                  : Optional.of("the rows of these partitions are not those that were written")
              : Optional.of("the application could not write: " + writer.done().problem());
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
  }
}
