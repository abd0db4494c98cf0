package org.partitionproxy.provision;

import java.util.List;
import org.partitionproxy.secret.SecretName;

/**
 * Which passwords were replaced.
 *
 * @param finished those whose rotation an earlier run had begun; not in {@code rotated}
 */
public record RotationResult(List<SecretName> finished, List<SecretName> rotated) {

  public RotationResult {
    finished = List.copyOf(finished);
    rotated = List.copyOf(rotated);
  }
}
