package org.partitionproxy.cli;

import java.util.Arrays;
import java.util.Iterator;
import org.partitionproxy.plan.Stage;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The stages as {@code --only} takes them: {@code foreign-servers}. */
final class StageNames implements Iterable<String>, ITypeConverter<Stage> {

  @Override
  public Iterator<String> iterator() {
    return Arrays.stream(Stage.values()).map(Stage::toString).iterator();
  }

  @Override
  public Stage convert(String name) {
    return Arrays.stream(Stage.values())
        .filter(stage -> stage.toString().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new TypeConversionException(
                    "'" + name + "' is not one of " + String.join(", ", this)));
  }
}
