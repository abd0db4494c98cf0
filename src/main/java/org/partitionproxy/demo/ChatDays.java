package org.partitionproxy.demo;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.partitionproxy.db.Session;

/**
 * How many rows are in the partition of each day, in UTC.
 *
 * @param chats of the days on which a chat began
 * @param messages of the days on which one was written
 */
public record ChatDays(SortedMap<LocalDate, Long> chats, SortedMap<LocalDate, Long> messages) {

  /** A partition that holds rows of two days would be told as two, and so would be found out. */
  private static final String READ =
      """
      SELECT 'chats' AS name, partition.lower::timestamptz AS day, count(row.id) AS rows
      FROM ppp.range_partitions('acme.chats'::regclass) AS partition
      LEFT JOIN acme.chats AS row ON row.tableoid = partition.partition
      GROUP BY partition.partition, partition.lower
      UNION ALL
      SELECT 'chat_messages', partition.lower::timestamptz, count(row.id)
      FROM ppp.range_partitions('acme.chat_messages'::regclass) AS partition
      LEFT JOIN acme.chat_messages AS row ON row.tableoid = partition.partition
      GROUP BY partition.partition, partition.lower
      ORDER BY name, day""";

  private record Count(String name, Instant day, long rows) {}

  /** As the migrations make them. */
  public static ChatDays expected(ChatLoad load) {
    SortedMap<LocalDate, Long> chats = new TreeMap<>();
    SortedMap<LocalDate, Long> messages = new TreeMap<>();
    for (int hour = 0; hour < load.chats(); hour++) {
      LocalDateTime chat = ChatLoad.FIRST.plusHours(hour);
      chats.merge(chat.toLocalDate(), 1L, Long::sum);
      for (int minute = 0; minute < ChatLoad.MESSAGES_OF_CHAT; minute++) {
        messages.merge(chat.plusMinutes(minute).toLocalDate(), 1L, Long::sum);
      }
    }
    return new ChatDays(chats, messages);
  }

  /** On the shard, by the names of the days at which partitions begin. */
  public static ChatDays read(Session shard) {
    List<Count> counts =
        shard.query(
            READ, row -> new Count(row.string("name"), row.instant("day"), row.number("rows")));
    SortedMap<LocalDate, Long> chats = new TreeMap<>();
    SortedMap<LocalDate, Long> messages = new TreeMap<>();
    counts.forEach(
        count ->
            (count.name().equals("chats") ? chats : messages)
                .merge(LocalDate.ofInstant(count.day(), ZoneOffset.UTC), count.rows(), Long::sum));
    return new ChatDays(chats, messages);
  }

  public long allChats() {
    return sum(chats);
  }

  public long allMessages() {
    return sum(messages);
  }

  private static long sum(SortedMap<LocalDate, Long> days) {
    return days.values().stream().mapToLong(Long::longValue).sum();
  }
}
