package org.partitionproxy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.partitionproxy.cli.InProcess.Result;
import org.partitionproxy.testing.Running;

@Execution(ExecutionMode.CONCURRENT)
class DemoChatsIT {

  /** Of the chats of a day, one an hour, those of the same day and of the next. */
  private static final int SAME_DAY = 24 * 1440 - 60 * (23 * 24 / 2);

  private static final int NEXT_DAY = 60 * (23 * 24 / 2) + 24;

  @TempDir Path temporary;

  private Result demo(String... more) throws Exception {
    List<String> arguments = new ArrayList<>(List.of("demo", "chats", "--folder"));
    arguments.add(temporary.resolve("demo").toString());
    arguments.addAll(List.of(more));
    return Running.ppp(temporary, arguments).result();
  }

  @Test
  void endsWithTheRowsOfEachDayAndLosesNoWrite() throws Exception {
    Result result = demo("--days", "2", "--runtime", "embedded", "--purge").succeeded();
    assertThat(result.out().replaceAll(" +", "|")).contains("DAY|CHATS|MESSAGES\n" + lines());
    assertThat(result.out()).contains("Partitions: 2 of chats, 3 of chat_messages.");
    assertThat(number(result.out(), "Changes that the messages show: ([0-9,]+)"))
        .isPositive()
        .isEqualTo(number(result.out(), "([0-9,]+) of them changes that stay"));
    assertThat(temporary.resolve("demo")).doesNotExist();
  }

  private static String lines() {
    return "2022-01-01|24|%s\n2022-01-02|24|%s\n2022-01-03|-|%s\nall|48|%s\n"
        .formatted(
            thousands(SAME_DAY),
            thousands(SAME_DAY + NEXT_DAY),
            thousands(NEXT_DAY),
            thousands(2 * 24 * 1441));
  }

  private static String thousands(int number) {
    return number / 1000 + "," + "%03d".formatted(number % 1000);
  }

  private static long number(String out, String pattern) {
    Matcher matcher = Pattern.compile(pattern).matcher(out);
    assertThat(matcher.find()).as(out).isTrue();
    return Long.parseLong(matcher.group(1).replace(",", ""));
  }

  @Test
  void saysWhichNumberOfDaysIsWrong() throws Exception {
    Result result = InProcess.run("demo", "chats", "--days", "0");
    assertThat(result.status()).isEqualTo(2);
    assertThat(result.err()).contains("--days is \"0\"", "from 1 to 365");
  }
}
