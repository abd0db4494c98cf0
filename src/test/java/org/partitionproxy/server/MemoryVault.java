package org.partitionproxy.server;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.partitionproxy.secret.Secret;
import org.partitionproxy.secret.SecretEntry;
import org.partitionproxy.secret.SecretName;
import org.partitionproxy.secret.SecretVault;

/** Passwords that are gone with the test. */
public final class MemoryVault implements SecretVault {

  private final Map<SecretName, Secret> secrets = new ConcurrentSkipListMap<>();

  @Override
  public SortedMap<SecretName, Secret> ensure(Collection<SecretName> names) {
    SortedMap<SecretName, Secret> found = new TreeMap<>();
    for (SecretName name : names) {
      found.put(name, secrets.computeIfAbsent(name, n -> Secret.of("it's a \"secret\" of " + n)));
    }
    return found;
  }

  @Override
  public SortedMap<SecretName, Secret> beginRotation(Collection<SecretName> names) {
    throw new AssertionError("no password is rotated here");
  }

  @Override
  public void finishRotation(Collection<SecretName> names) {
    throw new AssertionError("no password is rotated here");
  }

  @Override
  public SortedMap<SecretName, Secret> pendingRotations() {
    return new TreeMap<>();
  }

  @Override
  public List<SecretEntry> entries() {
    return List.of();
  }

  @Override
  public Optional<Secret> find(SecretName name) {
    return Optional.ofNullable(secrets.get(name));
  }
}
