package org.partitionproxy.secret;

import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;

/** A source that can also make passwords: the file {@code .ppp/secrets.yaml}. */
public interface SecretVault extends SecretSource {

  /**
   * The passwords of these names; those that are missing are generated and are on the disk, synced,
   * before this returns. Safe for concurrent use by threads and by other ppp processes.
   */
  SortedMap<SecretName, Secret> ensure(Collection<SecretName> names);

  default Secret ensure(SecretName name) {
    return Objects.requireNonNull(ensure(List.of(name)).get(name));
  }

  /** What it holds, sorted by name, without the passwords. */
  List<SecretEntry> entries();
}
