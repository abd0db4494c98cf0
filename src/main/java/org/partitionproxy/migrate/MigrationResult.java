package org.partitionproxy.migrate;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.ExitCode;
import org.partitionproxy.diagnostic.Severity;
import org.partitionproxy.diagnostic.SourcePosition;
import org.partitionproxy.topology.Tenant;

/**
 * What a run of the migrations did; the tenants in the order of shards.yaml.
 *
 * @param upToDate had nothing to do
 * @param skipped are behind, and were left so because the canary failed
 */
public record MigrationResult(
    List<Tenant> upToDate,
    List<MigratedTenant> migrated,
    List<FailedTenant> failed,
    List<Tenant> skipped,
    List<UnreachableShard> unreachable) {

  private static final int NAMES_SHOWN = 5;

  public MigrationResult {
    upToDate = List.copyOf(upToDate);
    migrated = List.copyOf(migrated);
    failed = List.copyOf(failed);
    skipped = List.copyOf(skipped);
    unreachable = List.copyOf(unreachable);
  }

  /** Of a topology with {@code migrations: none}. */
  static MigrationResult none() {
    return new MigrationResult(List.of(), List.of(), List.of(), List.of(), List.of());
  }

  public ExitCode exitCode() {
    if (!failed.isEmpty() || !skipped.isEmpty()) {
      return ExitCode.PARTIAL;
    }
    return unreachable.isEmpty() ? ExitCode.DONE : unreachable.get(0).reason().code().exitCode();
  }

  /** What went wrong; tenants that failed for the same reason share a diagnostic. */
  public List<Diagnostic> diagnostics() {
    List<Diagnostic> diagnostics = new ArrayList<>();
    Map<Reason, List<Tenant>> reasons = new LinkedHashMap<>();
    for (FailedTenant one : failed) {
      reasons.computeIfAbsent(Reason.of(one), r -> new ArrayList<>()).add(one.tenant());
    }
    reasons.forEach((reason, tenants) -> diagnostics.add(reason.of(tenants)));
    if (!skipped.isEmpty()) {
      diagnostics.add(
          Diagnostic.error(
              Code.MIGRATION_SKIPPED,
              names(skipped) + " not migrated, because the canary was not",
              "Mend what stopped the canary and run the same command again."));
    }
    for (UnreachableShard shard : unreachable) {
      Diagnostic reason = shard.reason();
      diagnostics.add(
          Diagnostic.error(
              reason.code(),
              reason.summary() + "; not migrated: " + names(shard.tenants()),
              reason.hint()));
    }
    return diagnostics;
  }

  private record Reason(
      Code code,
      Optional<SourcePosition> position,
      Optional<String> script,
      Optional<String> sqlState,
      String message,
      String hint) {

    static Reason of(FailedTenant one) {
      return new Reason(
          one.code(), one.position(), one.script(), one.sqlState(), one.message(), one.hint());
    }

    Diagnostic of(List<Tenant> tenants) {
      String summary =
          names(tenants)
              + ": "
              + script.map(s -> "migration \"" + s + "\": ").orElse("")
              + message
              + sqlState.map(state -> " (SQLSTATE " + state + ")").orElse("");
      return new Diagnostic(Severity.ERROR, code, summary, position, hint);
    }
  }

  private static String names(List<Tenant> tenants) {
    String names =
        tenants.stream()
            .limit(NAMES_SHOWN)
            .map(tenant -> "\"" + tenant.name() + "\"")
            .collect(Collectors.joining(", "));
    int more = tenants.size() - NAMES_SHOWN;
    return (tenants.size() == 1 ? "tenant " : tenants.size() + " tenants ")
        + names
        + (more > 0 ? " and " + more + " more" : "");
  }
}
