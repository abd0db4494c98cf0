package org.partitionproxy.convert;

import java.util.Optional;
import org.partitionproxy.topology.TenantName;

/** What depends on a tenant's tables elsewhere, above all what the veneer tells of them. */
public interface Surroundings {

  /**
   * Brings it in step with tables that took others' places. Until then it works on: names and
   * columns are the same.
   *
   * @return what it could not, if anything
   */
  Optional<String> follow(TenantName tenant);
}
