package org.partitionproxy.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDate;
import org.junit.jupiter.api.Test;

class ChatDaysTest {

  private final ChatDays days = ChatDays.expected();

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
}
