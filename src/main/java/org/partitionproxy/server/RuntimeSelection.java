package org.partitionproxy.server;

import java.util.Locale;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.topology.RuntimeChoice;
import org.partitionproxy.topology.Topology;

/**
 * The choice of a topology's runtime. It is made once, at the first start, and recorded in {@code
 * .ppp}: another choice on another day would be a second, empty system.
 */
public final class RuntimeSelection {

  static final String RECORD = "runtime";

  private final Topology topology;
  private final StateFolder state;

  public RuntimeSelection(Topology topology) {
    this.topology = topology;
    this.state = new StateFolder(topology.stateFolder());
  }

  /**
   * For every command but start: what was recorded, or else what shards.yaml says.
   *
   * @return empty if shards.yaml says {@code auto} and nothing was started yet
   * @throws PppException if shards.yaml says something else than was recorded
   */
  public Optional<RuntimeKind> find() {
    Optional<RuntimeKind> recorded = recorded();
    Optional<RuntimeKind> declared = kind(topology.runtime());
    recorded.ifPresent(
        kind -> declared.ifPresent(other -> requireSame(kind, other, "shards.yaml")));
    return recorded.or(() -> declared);
  }

  /**
   * @throws PppException if there is none yet
   */
  public RuntimeKind require() {
    return find()
        .orElseThrow(
            () ->
                new PppException(
                    Diagnostic.error(
                        Code.NEVER_STARTED,
                        "the servers of \"" + topology.name() + "\" were never started",
                        "Run `ppp start`: it chooses where they run, because shards.yaml says"
                            + " `runtime: auto`.")));
  }

  /**
   * For start: what was recorded, or else what was asked for, which is then recorded.
   *
   * @param asked on the command line
   * @throws PppException if these, shards.yaml and what was recorded differ
   */
  public RuntimeKind choose(Optional<RuntimeChoice> asked, BooleanSupplier dockerAnswers) {
    Optional<RuntimeKind> wanted = asked.flatMap(RuntimeSelection::kind);
    Optional<RuntimeKind> known = find();
    known.ifPresent(kind -> wanted.ifPresent(other -> requireSame(kind, other, "--runtime")));
    return state.alone(
        () -> {},
        () -> {
          // Another start may have chosen while this one waited.
          RuntimeKind kind =
              recorded().or(() -> known).or(() -> wanted).orElseGet(() -> best(dockerAnswers));
          wanted.ifPresent(other -> requireSame(kind, other, "--runtime"));
          if (recorded().isEmpty()) {
            state.write(RECORD, kind.toString());
          }
          return kind;
        });
  }

  private static RuntimeKind best(BooleanSupplier dockerAnswers) {
    return dockerAnswers.getAsBoolean() ? RuntimeKind.DOCKER : RuntimeKind.EMBEDDED;
  }

  /** Lets the next start choose again. */
  void forget() {
    state.remove(RECORD);
  }

  private Optional<RuntimeKind> recorded() {
    return state
        .read(RECORD)
        .map(
            line ->
                Stream.of(RuntimeKind.values())
                    .filter(kind -> kind.toString().equals(line))
                    .findFirst()
                    .orElseThrow(() -> unreadable(line)));
  }

  private PppException unreadable(String line) {
    return new PppException(
        Diagnostic.error(
            Code.STATE_FOLDER_UNUSABLE,
            "\"" + state.path().resolve(RECORD) + "\" says \"" + line + "\", which is no runtime",
            "Write docker, embedded or external into that file: where the servers were started."));
  }

  private static Optional<RuntimeKind> kind(RuntimeChoice choice) {
    return choice == RuntimeChoice.AUTO
        ? Optional.empty()
        : Optional.of(RuntimeKind.valueOf(choice.toString().toUpperCase(Locale.ROOT)));
  }

  private void requireSame(RuntimeKind known, RuntimeKind other, String source) {
    if (known == other) {
      return;
    }
    boolean recorded = recorded().isPresent();
    throw new PppException(
        Diagnostic.error(
            Code.RUNTIME_CHANGED,
            "the servers of \""
                + topology.name()
                + (recorded ? "\" were started as " : "\" are declared as ")
                + known
                + ", and "
                + source
                + " says "
                + other,
            recorded
                ? "Another runtime is another, empty system. To keep this one, say `runtime: "
                    + known
                    + "` or `auto`. To leave it, run `ppp stop` with that setting, remove "
                    + state.path().resolve(RECORD)
                    + " and start again; its data stays where it is."
                : "Change `runtime` in shards.yaml, or leave --runtime out."));
  }
}
