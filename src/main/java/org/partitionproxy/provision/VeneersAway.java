package org.partitionproxy.provision;

import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.plan.Plan;
import org.partitionproxy.plan.Stage;
import org.partitionproxy.topology.ServerDefinition;

/**
 * Why tenants' tables are not changed while a veneer is missing: ppp can't reach it, but
 * applications may, and there they would go on with foreign tables that are no longer right.
 */
final class VeneersAway {

  private VeneersAway() {}

  /** Empty if all veneers can move with the migrations, or there are none to run. */
  static Optional<Diagnostic> of(Run run, Plan plan) {
    List<ServerDefinition> away =
        run.topology().veneers().stream().filter(v -> !run.result().isUsable(v)).toList();
    if (away.isEmpty() || plan.only(new TreeSet<>(List.of(Stage.MIGRATIONS))).count() == 0) {
      return Optional.empty();
    }
    return Optional.of(
        Diagnostic.error(
            Code.VENEER_AWAY,
            "no migration was begun: "
                + away.stream().map(ServerDefinition::title).collect(Collectors.joining(", "))
                + " could not have followed",
            "Bring it back and run the command again, or take it out of "
                + run.topology().file()
                + " while it is gone; `ppp initialize` fills it when it is listed again."
                + " `ppp migrate --no-wait` migrates all the same: until the next run, statements"
                + " on that veneer may then fail."));
  }

  /**
   * @throws PppException if a veneer is empty, as a new one is, though the topology is not
   */
  static void requireFilled(Survey survey) {
    boolean begun = survey.snapshots().values().stream().anyMatch(s -> s.stamp().isPresent());
    List<String> empty =
        survey.veneers().stream()
            .filter(veneer -> veneer.stamp().isEmpty())
            .map(veneer -> veneer.server().title())
            .toList();
    if (begun && !empty.isEmpty()) {
      throw new PppException(
          Diagnostic.error(
              Code.NOT_INITIALIZED,
              String.join(", ", empty) + " is empty",
              "Nothing was migrated. `ppp initialize` makes it show all tenants."));
    }
  }
}
