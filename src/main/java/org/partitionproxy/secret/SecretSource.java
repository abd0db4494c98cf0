package org.partitionproxy.secret;

import java.util.Optional;

/** Somewhere passwords are kept. */
public interface SecretSource {

  /**
   * The password, if this source has it; never makes one.
   *
   * @throws org.partitionproxy.diagnostic.PppException if the source itself cannot be used
   */
  Optional<Secret> find(SecretName name);
}
