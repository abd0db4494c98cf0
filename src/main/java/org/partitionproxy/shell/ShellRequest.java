package org.partitionproxy.shell;

import java.util.List;

/**
 * What a shell is to do.
 *
 * @param commands texts to run one after another instead of reading any; each is one transaction
 *     unless it says otherwise
 * @param psqlArguments for the real psql, as they are
 * @param builtIn whether to use our own shell even where a psql is
 */
public record ShellRequest(List<String> commands, List<String> psqlArguments, boolean builtIn) {

  public ShellRequest {
    commands = List.copyOf(commands);
    psqlArguments = List.copyOf(psqlArguments);
  }
}
