package org.partitionproxy.console;

import java.util.Locale;
import org.partitionproxy.demo.ChatDays;
import org.partitionproxy.demo.ChatWriter;

/** What {@code ppp demo chats} shows. */
public final class ChatsView {

  private ChatsView() {}

  /** A line for each day, and the sums. */
  public static String render(ChatDays days, long changes) {
    Table table = new Table().column("day").numbers("chats").numbers("messages");
    days.messages()
        .forEach((day, messages) -> table.row(day, days.chats().get(day), number(messages)));
    table.row("all", number(days.allChats()), number(days.allMessages()));
    return table.render()
        + "%nPartitions: %d of chats, %d of chat_messages.%n"
            .formatted(days.chats().size(), days.messages().size())
        + "Changes that the messages show: "
        + number(changes)
        + ".\n";
  }

  public static String summary(ChatWriter.Done done) {
    return "\nThe application wrote "
        + number(done.writes())
        + " times meanwhile, "
        + number(done.changes())
        + " of them changes that stay; the slowest took "
        + done.slowest().toMillis()
        + " ms"
        + (done.repeated() == 0
            ? ""
            : "; repeated " + done.repeated() + ", the last because: " + done.problem())
        + ".\n";
  }

  private static String number(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }
}
