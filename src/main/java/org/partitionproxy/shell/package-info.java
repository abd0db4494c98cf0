/**
 * A way into one server of the topology: the real psql, or a small shell of our own where there is
 * none. Start with {@link org.partitionproxy.shell.ShellLauncher}.
 */
@NullMarked
package org.partitionproxy.shell;

import org.jspecify.annotations.NullMarked;
