package org.partitionproxy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.partitionproxy.console.Colors;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.server.TemporaryCheckout;

class StartAndStopIT {

  private final TemporaryCheckout checkout = TemporaryCheckout.make();
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void declareServers() throws IOException {
    declare("auto");
  }

  private void declare(String runtime) throws IOException {
    Files.writeString(
        file(),
        """
        name: shop
        runtime: %s
        veneer: { port: %d }
        shards:
          shard1: { port: %d }
        tenants:
          acme: { shard: shard1 }
        """
            .formatted(runtime, checkout.veneer().port(), checkout.shard().port()));
  }

  private Path file() {
    return checkout.topology().home().resolve("shards.yaml");
  }

  @AfterEach
  void remove() throws IOException {
    declare("auto");
    ppp("stop", "--delete-data", "--yes");
    checkout.close();
  }

  private int ppp(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--config", file().toString()));
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    return Main.commandLine(Colors.NONE)
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .setExecutionExceptionHandler(
            (e, commandLine, parsed) -> {
              if (e instanceof PppException problem) {
                err.append(problem.getMessage());
                return problem.exitCode().status();
              }
              throw e;
            })
        .execute(all.toArray(new String[0]));
  }

  @Test
  void startsShowsStopsAndDeletes() {
    assertThat(ppp("stop")).isZero();
    assertThat(err.toString()).isEqualTo("nothing was started yet\n");

    assertThat(ppp("start", "--runtime", "embedded")).as(err.toString()).isZero();
    assertThat(out.toString())
        .isEqualTo(
            """
            runtime  embedded
            veneer   127.0.0.1:%d
            shard1   127.0.0.1:%d
            """
                .formatted(checkout.veneer().port(), checkout.shard().port()));
    assertThat(err.toString())
        .contains("runtime: embedded\n", "veneer: started on port", "shard1: started on port");

    assertThat(ppp("start", "--output", "json")).isZero();
    assertThat(out.toString())
        .contains("\"runtime\" : \"embedded\"", "\"port\" : " + checkout.shard().port());
    assertThat(err.toString()).contains("shard1: runs already on port");

    assertThat(ppp("start", "--runtime", "external")).isEqualTo(5);
    assertThat(err.toString()).contains(Code.RUNTIME_CHANGED.toString());

    assertThat(ppp("stop", "--delete-data")).isEqualTo(5);
    assertThat(err.toString()).contains("all data of shard1, veneer");
    assertThat(ppp("stop")).isZero();
    assertThat(out.toString()).isEmpty();
    assertThat(err.toString()).contains("veneer: stopped\n", "shard1: stopped\n");

    assertThat(ppp("stop", "--delete-data", "--yes")).isZero();
    assertThat(err.toString()).contains("deleted the data of shard1, veneer\n");
    assertThat(ppp("stop", "--delete-data", "--yes")).isZero();
    assertThat(err.toString()).isEqualTo("nothing was started yet\n");
  }

  @Test
  void tellsThatExternalServersAreNotItsOwn() throws IOException {
    declare("external");
    assertThat(ppp("stop")).isEqualTo(5);
    assertThat(ppp("stop", "--delete-data", "--yes")).isEqualTo(5);
    assertThat(err.toString()).contains(Code.DATA_NOT_DELETED.toString());
  }

  @Test
  void hidesTheOptionThatDeletesFromItsHelp() {
    assertThat(ppp("stop", "--help")).isZero();
    assertThat(out.toString()).contains("--config").doesNotContain("--delete-data");
  }
}
