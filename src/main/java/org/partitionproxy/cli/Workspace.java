package org.partitionproxy.cli;

import org.partitionproxy.db.Connector;
import org.partitionproxy.secret.SecretVault;
import org.partitionproxy.server.ServerRuntime;
import org.partitionproxy.topology.Topology;

/** What most commands need: the topology, its secrets, its servers, and a way to reach them. */
record Workspace(
    Topology topology, SecretVault secrets, ServerRuntime runtime, Connector connector) {}
