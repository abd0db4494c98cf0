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

  /**
   * The next passwords of these names, on the disk before this returns. A rotation that had begun
   * keeps the one it has: some server may know it already. {@link #find} goes on with the old ones.
   * A name without any password gets its first one in the same way: until the rotation is finished
   * it is pending, whatever the servers know.
   */
  SortedMap<SecretName, Secret> beginRotation(Collection<SecretName> names);

  /** Puts the next passwords in the old ones' place; a name without one is left as it is. */
  void finishRotation(Collection<SecretName> names);

  /** The next passwords of all rotations that have begun and not finished. */
  SortedMap<SecretName, Secret> pendingRotations();

  /** What it holds, sorted by name, without the passwords. */
  List<SecretEntry> entries();
}
