package org.partitionproxy.shell;

import java.util.function.Function;
import org.partitionproxy.db.UserResult;
import org.partitionproxy.diagnostic.Diagnostic;

/** How the built-in shell's results and problems look. */
public record ShellView(
    Function<UserResult.Rows, String> table, Function<Diagnostic, String> problem) {}
