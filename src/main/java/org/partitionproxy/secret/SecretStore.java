package org.partitionproxy.secret;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;

/**
 * The passwords that ppp made for one topology, in {@code .ppp/secrets.yaml}. What another process
 * writes is seen at the next call. No method changes a password that a server may have, but {@link
 * #finishRotation}.
 */
public final class SecretStore implements SecretVault {

  /** What the file held when it was last read. */
  private record Snapshot(Optional<SecretFile.Version> version, SecretFileContents contents) {}

  private final SecretFile file;
  private final String topologyName;
  private final Clock clock;
  private final PasswordGenerator generator = new PasswordGenerator();
  private Snapshot snapshot;

  private SecretStore(SecretFile file, String topologyName, Clock clock) {
    this.file = file;
    this.topologyName = topologyName;
    this.clock = clock;
    this.snapshot = new Snapshot(Optional.empty(), SecretFileContents.empty(topologyName));
  }

  /**
   * Opens the file, or what will be one at the first password: opening writes nothing.
   *
   * @param stateFolder {@code .ppp}
   * @throws PppException if others can read or write the file, if it is another topology's, or
   *     broken
   */
  public static SecretStore open(Path stateFolder, String topologyName) {
    return open(stateFolder, topologyName, Clock.systemUTC());
  }

  public static SecretStore open(Path stateFolder, String topologyName, Clock clock) {
    SecretFile file = new SecretFile(stateFolder, FileGuard.ofThisProcess());
    SecretStore store = new SecretStore(file, topologyName, clock);
    store.current();
    return store;
  }

  @Override
  public Optional<Secret> find(SecretName name) {
    return Optional.ofNullable(current().secrets().get(name)).map(StoredSecret::password);
  }

  @Override
  public Optional<Secret> findNext(SecretName name) {
    return Optional.ofNullable(current().secrets().get(name)).flatMap(StoredSecret::next);
  }

  @Override
  public SortedMap<SecretName, Secret> ensure(Collection<SecretName> names) {
    SecretFileContents contents = current();
    if (!contents.secrets().keySet().containsAll(names)) {
      contents = change(now -> withMissing(now, names));
    }
    return select(contents, names, StoredSecret::password);
  }

  private SecretFileContents withMissing(SecretFileContents now, Collection<SecretName> names) {
    SortedMap<SecretName, StoredSecret> made = new TreeMap<>();
    for (SecretName name : new TreeSet<>(names)) {
      if (!now.secrets().containsKey(name)) {
        made.put(name, StoredSecret.created(generator.next(), now()));
      }
    }
    return now.with(made);
  }

  @Override
  public List<SecretEntry> entries() {
    return current().secrets().entrySet().stream()
        .map(
            entry ->
                new SecretEntry(
                    entry.getKey(),
                    SecretEntry.Source.FILE,
                    entry.getValue().created(),
                    entry.getValue().next().isPresent()))
        .toList();
  }

  @Override
  public SortedMap<SecretName, Secret> beginRotation(Collection<SecretName> names) {
    SecretFileContents contents =
        change(
            now -> {
              SortedMap<SecretName, StoredSecret> changed = new TreeMap<>();
              for (SecretName name : new TreeSet<>(names)) {
                StoredSecret stored = now.secrets().get(name);
                if (stored == null || stored.next().isEmpty()) {
                  Secret next = generator.next();
                  changed.put(
                      name,
                      stored == null
                          ? StoredSecret.created(next, now()).withNext(next)
                          : stored.withNext(next));
                }
              }
              return now.with(changed);
            });
    return select(contents, names, stored -> stored.next().orElseThrow());
  }

  @Override
  public void finishRotation(Collection<SecretName> names) {
    change(
        now -> {
          SortedMap<SecretName, StoredSecret> changed = new TreeMap<>();
          for (SecretName name : new TreeSet<>(names)) {
            require(now, name)
                .next()
                .ifPresent(next -> changed.put(name, StoredSecret.created(next, now())));
          }
          return now.with(changed);
        });
  }

  @Override
  public SortedMap<SecretName, Secret> pendingRotations() {
    SortedMap<SecretName, Secret> pending = new TreeMap<>();
    current()
        .secrets()
        .forEach((name, stored) -> stored.next().ifPresent(next -> pending.put(name, next)));
    return pending;
  }

  private static StoredSecret require(SecretFileContents contents, SecretName name) {
    StoredSecret stored = contents.secrets().get(name);
    if (stored == null) {
      throw new PppException(
          Diagnostic.error(
              Code.SECRET_UNKNOWN,
              "no password is known for \"" + name + "\"",
              "`ppp secrets` lists the names of all passwords that ppp knows."));
    }
    return stored;
  }

  private static SortedMap<SecretName, Secret> select(
      SecretFileContents contents,
      Collection<SecretName> names,
      Function<StoredSecret, Secret> part) {
    SortedMap<SecretName, Secret> selected = new TreeMap<>();
    names.forEach(name -> selected.put(name, part.apply(require(contents, name))));
    return selected;
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.SECONDS);
  }

  /** The file as it is now; read again only after it was replaced. */
  private synchronized SecretFileContents current() {
    Optional<SecretFile.Version> version = file.version();
    if (!version.equals(snapshot.version())) {
      SecretFileContents contents =
          file.read().orElseGet(() -> SecretFileContents.empty(topologyName));
      if (!contents.topology().equals(topologyName)) {
        throw ofOther(contents.topology());
      }
      snapshot = new Snapshot(version, contents);
    }
    return snapshot.contents();
  }

  private PppException ofOther(String owner) {
    return new PppException(
        Diagnostic.error(
            Code.SECRETS_OF_OTHER_TOPOLOGY,
            "the file of passwords \""
                + file
                + "\" belongs to topology \""
                + owner
                + "\", not to \""
                + topologyName
                + "\"",
            "Put each shards.yaml into a folder of its own. If this topology was renamed in"
                + " shards.yaml, give it its old name back."));
  }

  /** Reads, changes and writes under the lock; unchanged contents are not written. */
  private SecretFileContents change(Function<SecretFileContents, SecretFileContents> work) {
    return file.whileLocked(
        () -> {
          SecretFileContents before = current();
          SecretFileContents after = work.apply(before);
          if (!after.equals(before)) {
            write(after);
          }
          return after;
        });
  }

  private synchronized void write(SecretFileContents contents) {
    file.write(contents);
    snapshot = new Snapshot(file.version(), contents);
  }
}
