package org.partitionproxy.apply;

import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.plan.Change;
import org.partitionproxy.topology.ServerName;

/** A change that a server refused; it and the others of its transaction were rolled back. */
public record Failure(ServerName server, Change change, SqlFailure reason) {}
