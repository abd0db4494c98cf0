package org.partitionproxy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TopCommandTest {

  private static String refusal(String... options) {
    String[] arguments = new String[options.length + 1];
    arguments[0] = "top";
    System.arraycopy(options, 0, arguments, 1, options.length);
    InProcess.Result result = InProcess.run(arguments);
    assertThat(result.status()).as(result.err()).isEqualTo(2);
    assertThat(result.out()).isEmpty();
    return result.err();
  }

  @Test
  void saysWhatATimeLooksLike() {
    assertThat(refusal("--for", "soon")).contains("--for is \"soon\"", "10s");
    assertThat(refusal("--since", "once")).contains("--since is \"once\"", "10m");
  }

  @Test
  void saysWhatItKnowsToGroupAndToSortBy() {
    assertThat(refusal("--by", "moon")).contains("QUERY", "TENANT", "SHARD");
    assertThat(refusal("--sort", "beauty")).contains("TIME", "CALLS", "ROWS", "WASTE");
  }

  @Test
  void showsAtLeastOneGroup() {
    assertThat(refusal("--limit", "0")).contains("--limit is \"0\"");
  }
}
