package org.partitionproxy.provision;

import java.util.List;

/**
 * Whose passwords to replace.
 *
 * @param names roles ({@code bookstore_app}) and superusers ({@code postgres@shard1}); none means
 *     all roles
 * @param all the superusers of all servers too
 */
public record RotationRequest(List<String> names, boolean all) {

  public RotationRequest {
    names = List.copyOf(names);
  }
}
