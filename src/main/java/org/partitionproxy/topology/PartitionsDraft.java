package org.partitionproxy.topology;

import java.util.Map;
import java.util.TreeMap;

/** {@link PartitionRules} as far as they could be read. */
record PartitionsDraft(PolicyDraft policy, Map<Placed<String>, PolicyDraft> ofTenants) {

  /** To be called only when nothing was reported. */
  PartitionRules toRules() {
    TreeMap<TenantName, PartitionPolicy> own = new TreeMap<>();
    ofTenants.forEach((tenant, draft) -> own.put(new TenantName(tenant.value()), draft.toPolicy()));
    return new PartitionRules(policy.toPolicy(), own);
  }
}
