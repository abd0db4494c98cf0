package org.partitionproxy.server;

/** The engine that would run containers. */
@FunctionalInterface
public interface DockerEngine {

  /** Whether an engine can be used now, by this user; takes a few seconds at most. */
  boolean answers();
}
