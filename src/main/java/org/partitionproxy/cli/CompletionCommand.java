package org.partitionproxy.cli;

import java.util.Locale;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ppp completion}: lets the shell complete ppp's commands and options. */
@Command(
    name = "completion",
    description = "Prints a script that makes a shell complete ppp's commands and options.",
    footer = {
      "",
      "For this shell:       source <(ppp completion bash)",
      "For bash from now on: ppp completion bash > ~/.local/share/bash-completion/completions/ppp",
      "For zsh from now on:  echo 'source <(ppp completion zsh)' >> ~/.zshrc"
    })
final class CompletionCommand implements Runnable {

  enum Shell {
    BASH,
    ZSH;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Parameters(paramLabel = "SHELL", description = "One of ${COMPLETION-CANDIDATES}.")
  Shell shell = Shell.BASH;

  @Spec CommandSpec spec = CommandSpec.create();

  /** One script serves both: picocli's switches zsh to bash's way of completing. */
  @Override
  public void run() {
    spec.commandLine().getOut().print(AutoComplete.bash("ppp", spec.root().commandLine()));
  }
}
