package org.partitionproxy.cli;

import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.diagnostic.Suggestion;
import org.partitionproxy.topology.RollupRules;
import org.partitionproxy.topology.Topology;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** What looks at rollups, or works on them. */
abstract class OnRollups implements Callable<Integer> {

  @Parameters(paramLabel = "NAME", arity = "0..1", description = "Only rollups of this name.")
  @Nullable String name;

  @Mixin CommonOptions common = new CommonOptions();
  @Mixin OutputOption output = new OutputOption();
  @Mixin SelectionOptions selection = new SelectionOptions();
  @Mixin JobsOption jobs = new JobsOption();
  @Mixin Console console = new Console();

  /** All, where no name is given. */
  final List<RollupRules> named(Topology topology) {
    if (name == null) {
      return topology.rollups();
    }
    List<RollupRules> some =
        topology.rollups().stream().filter(r -> r.view().value().equals(name)).toList();
    if (some.isEmpty()) {
      List<String> names = topology.rollups().stream().map(r -> r.view().value()).toList();
      throw new PppException(
          Diagnostic.error(
              Code.UNKNOWN_TARGET,
              "no rollup is called \"" + name + "\"",
              names.isEmpty()
                  ? "shards.yaml has none under rollups:."
                  : "Those of shards.yaml are "
                      + String.join(", ", names)
                      + "."
                      + Suggestion.didYouMean(name, names)));
    }
    return some;
  }
}
