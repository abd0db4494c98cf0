package org.partitionproxy.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BinaryArchiveIT {

  @Test
  void isUnpackedOnceWithLinksAndPermissionsByTwoAtOnceAndRemovesWhatAKilledOneLeft(
      @TempDir Path cache) throws IOException {
    BinaryArchive archive = BinaryArchive.ofThisMachine();
    Path half = Files.createDirectories(cache.resolve(archive.name() + ".part-1/bin")).getParent();
    List<CompletableFuture<Path>> both =
        List.of(
            CompletableFuture.supplyAsync(() -> archive.unpackInto(cache)),
            CompletableFuture.supplyAsync(() -> archive.unpackInto(cache)));
    Path home = both.get(0).join();
    assertThat(both.get(1).join()).isEqualTo(home);
    assertThat(half).doesNotExist();
    try (var entries = Files.list(cache)) {
      assertThat(entries).hasSize(2); // the folder and the lock
    }
    assertThat(home.resolve("bin/postgres")).isExecutable();
    assertThat(Files.isExecutable(home.resolve("share/postgresql/postgres.bki"))).isFalse();
    try (var libraries = Files.list(home.resolve("lib"))) {
      assertThat(libraries.filter(Files::isSymbolicLink)).isNotEmpty().allMatch(Files::exists);
    }
  }
}
