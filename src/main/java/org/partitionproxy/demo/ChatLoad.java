package org.partitionproxy.demo;

import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How much {@code ppp demo chats} converts: a chat each hour, with a message each minute for a day.
 *
 * @param days on which chats begin
 */
public record ChatLoad(int days) {

  public static final int MOST_DAYS = 365;

  static final int MESSAGES_OF_CHAT = 24 * 60 + 1;

  /** When the first chat begins, in UTC. */
  static final LocalDateTime FIRST = LocalDateTime.of(2022, 1, 1, 0, 0);

  /** That of the last one, as the example's migrations have it: after 30 days. */
  private static final String LAST_OF_EXAMPLE = "2022-01-30 23:00+00";

  private static final DateTimeFormatter HOUR =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm'+00'");

  public int chats() {
    return 24 * days;
  }

  public long messages() {
    return (long) chats() * MESSAGES_OF_CHAT;
  }

  /** The example's migrations, which fill tables for so many days. */
  public SortedMap<String, String> migrations(DemoExample example) {
    String last = HOUR.format(FIRST.plusHours(chats() - 1L));
    SortedMap<String, String> migrations = new TreeMap<>(example.migrations());
    migrations.replaceAll((name, text) -> text.replace(LAST_OF_EXAMPLE, last));
    return migrations;
  }
}
