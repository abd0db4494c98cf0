package org.partitionproxy.convert;

import java.util.Optional;
import org.partitionproxy.topology.ServerDefinition;

/** How much can still be written to a server's disks. */
public interface FreeSpace {

  /**
   * In bytes; empty where that can't be seen from here.
   *
   * @param location of a tablespace; empty for the server's data directory
   */
  Optional<Long> at(ServerDefinition server, String location);
}
