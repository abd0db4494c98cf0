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

  /**
   * The password that a rotation is about to put in the place of {@link #find}'s: some servers may
   * know it already, and then only it. Empty while no rotation is under way.
   */
  default Optional<Secret> findNext(SecretName name) {
    return Optional.empty();
  }
}
