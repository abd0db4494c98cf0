package org.partitionproxy.inspect;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Reads the timestamps of a server's log, {@code 2026-11-20 10:43:10.123 CET}: local times of
 * log_timezone with an abbreviation that means nothing by itself ({@code IST} is Indian, Irish and
 * Israeli), but tells the two passes of the hour that is repeated when summer time ends.
 */
final class LogClock {

  private static final DateTimeFormatter LOCAL =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSS", Locale.ROOT);
  private static final DateTimeFormatter ABBREVIATION =
      DateTimeFormatter.ofPattern("zzz", Locale.ENGLISH);
  private static final Pattern OFFSET = Pattern.compile("[+-][0-9]{2}(?::?[0-9]{2})?");

  private final ZoneId zone;

  /**
   * @param logTimezone the server's setting of this name; one that Java does not know reads as UTC
   */
  LogClock(String logTimezone) {
    this.zone = zone(logTimezone);
  }

  private static ZoneId zone(String name) {
    try {
      return ZoneId.of(name);
    } catch (DateTimeException e) {
      return ZoneOffset.UTC;
    }
  }

  /**
   * @throws DateTimeException if it is no such timestamp
   */
  Instant read(String timestamp) {
    int cut = timestamp.lastIndexOf(' ');
    if (cut < 0) {
      throw new DateTimeException("no time zone in " + timestamp);
    }
    LocalDateTime local = LocalDateTime.parse(timestamp.substring(0, cut), LOCAL);
    String abbreviation = timestamp.substring(cut + 1);
    if (OFFSET.matcher(abbreviation).matches()) {
      return local.toInstant(ZoneOffset.of(abbreviation));
    }
    return zone.getRules().getValidOffsets(local).stream()
        .filter(
            offset ->
                abbreviation.equals(
                    local.atOffset(offset).atZoneSameInstant(zone).format(ABBREVIATION)))
        .findFirst()
        .map(local::toInstant)
        .orElseGet(() -> local.atZone(zone).toInstant());
  }
}
