/**
 * The picocli commands: each parses, calls one service, and hands the result to a view. Start with
 * {@link org.partitionproxy.cli.Main}.
 */
@NullMarked
package org.partitionproxy.cli;

import org.jspecify.annotations.NullMarked;
