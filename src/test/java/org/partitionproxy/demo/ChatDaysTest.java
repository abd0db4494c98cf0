package org.partitionproxy.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.LocalDate;
import org.junit.jupiter.api.Test;

class ChatDaysTest {

  private final ChatDays days = ChatDays.expected(new ChatLoad(30));

  @Test
  void hasAChatAnHourFor30Days() {
    assertThat(days.chats())
        .hasSize(30)
        .allSatisfy((day, chats) -> assertThat(chats).isEqualTo(24));
    assertThat(days.allChats()).isEqualTo(720);
  }

  @Test
  void hasAMessageAMinuteForADayOfEachChat() {
    assertThat(days.messages()).hasSize(31).containsEntry(LocalDate.of(2022, 1, 1), 18_000L);
    for (int day = 2; day <= 30; day++) {
      assertThat(days.messages()).containsEntry(LocalDate.of(2022, 1, day), 34_584L);
    }
    assertThat(days.messages()).containsEntry(LocalDate.of(2022, 1, 31), 16_584L);
    assertThat(days.allMessages()).isEqualTo(1_037_520);
  }

  @Test
  void isThatOfTheMigrationsOfTheExample() {
    DemoExample example = new DemoExample(Path.of("examples/chats"));
    assertThat(new ChatLoad(30).migrations(example)).isEqualTo(example.migrations());
    assertThat(new ChatLoad(2).migrations(example).get("V2__fill_chats.sql"))
        .contains("timestamptz '2022-01-01 00:00+00', timestamptz '2022-01-02 23:00+00'");
  }

  @Test
  void isThatOfAsManyDaysAsAreAskedFor() {
    ChatDays two = ChatDays.expected(new ChatLoad(2));
    assertThat(two.chats()).hasSize(2);
    assertThat(two.messages().values()).containsExactly(18_000L, 34_584L, 16_584L);
    assertThat(two.allMessages()).isEqualTo(new ChatLoad(2).messages());
  }
}
