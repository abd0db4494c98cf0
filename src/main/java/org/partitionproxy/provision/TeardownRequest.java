package org.partitionproxy.provision;

import java.util.List;

/**
 * What to take down.
 *
 * @param tenants by name; those of the ledger too, which shards.yaml no longer has
 * @param all every tenant, and everything else that ppp made
 * @param dropData the tenants' data on the shards too
 * @param keepDatabases whether the databases themselves stay: those of external servers always do
 */
public record TeardownRequest(
    List<String> tenants, boolean all, boolean dropData, boolean keepDatabases) {

  public TeardownRequest {
    tenants = List.copyOf(tenants);
  }
}
